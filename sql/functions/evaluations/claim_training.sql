create or replace function perf.claim_training(
    worker text,
    model_types text[] default null,
    lease interval default '5 minutes'
)
returns table (
    training_id uuid,
    lease_id uuid,
    lease_expires_at timestamptz,
    model_type text,
    machine_id uuid,
    trigger_type text,
    trigger_reason text,
    requested_at timestamptz,
    attempt_count integer,
    max_attempts integer
)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        c.training_id,
        c.lease_id,
        c.lease_expires_at,
        c.model_type,
        c.machine_id,
        c.trigger_type,
        c.trigger_reason,
        c.requested_at,
        c.attempt_count,
        c.max_attempts
    from perf_internal.claim_training(
        claim_training.worker, claim_training.model_types, claim_training.lease
    ) as c;
$$;

comment on function perf.claim_training is
    'Gives a trainer the training that was asked for first and that nobody has, of some model types or all; no row when there is none. It is held for the time of the lease, 1 second to 7 days, and longer with perf.heartbeat_training(). When the lease is over the training may be claimed again, max_attempts times in all; after that the next claim fails it. Every later step shows lease_id. Of trainers that claim at once each gets another training, and none waits. Notifies the channel perf_trainings. Errors: 22023 bad argument, 42501 not a recorder.';

revoke execute on function perf.claim_training from public;
grant execute on function perf.claim_training
    to authenticated, service_role, perf_admin, perf_recorder;
