create or replace function perf.trigger_retraining(
    model_type text,
    machine_id uuid default null,
    trigger_type text default 'manual',
    reason text default null,
    max_attempts integer default 3
)
returns uuid
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.trigger_retraining(
        trigger_retraining.model_type,
        trigger_retraining.machine_id,
        trigger_retraining.trigger_type,
        trigger_retraining.reason,
        trigger_retraining.max_attempts
    );
$$;

comment on function perf.trigger_retraining is
    'Asks for a training of a model type on a machine, and returns its id. A model has one training at a time that is not over: while there is one, its id is returned, and nothing changes. trigger_type is manual, scheduled, drift or degradation. A trainer takes it with perf.claim_training(), at most max_attempts times (1 to 100). Notifies the channel perf_trainings. Errors: 22023 bad argument, 42501 not a recorder.';

revoke execute on function perf.trigger_retraining from public;
grant execute on function perf.trigger_retraining
    to authenticated, service_role, perf_admin, perf_recorder;
