-- security definer: callers may not write trainings themselves; their role is checked first.
--
-- The row lock is held until the claim commits, and sessions that claim at the same time skip it. They
-- see the new lease afterwards, because a row that changed meanwhile is checked again. No key update,
-- so that a drift check that names the training does not hide it.
create or replace function perf_internal.claim_training(
    worker text,
    model_types text[] default null,
    lease interval default '5 minutes',
    as_of timestamptz default now()
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
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_problem text;
begin
    perform perf_internal.require_role('recorder');
    perform perf_internal.check_as_of(claim_training.as_of);
    perform perf_internal.check_lease(claim_training.lease);
    v_problem := perf_internal.get_name_problem('worker', claim_training.worker, 200);
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    perform perf_internal.fail_lost_trainings(claim_training.as_of);
    return query
    with next_training as (
        select h.id
        from perf.model_training_history as h
        where h.training_status in ('pending', 'running')
            and (
                h.training_status = 'pending'
                or (
                    h.lease_expires_at <= claim_training.as_of
                    and h.attempt_count < h.max_attempts
                )
            )
            and (
                claim_training.model_types is null
                or h.model_type = any (claim_training.model_types)
            )
        order by h.requested_at, h.id
        limit 1
        for no key update skip locked
    )
    update perf.model_training_history as h
    set training_status = 'running',
        training_start = claim_training.as_of,
        claimed_by = btrim(claim_training.worker),
        lease_id = gen_random_uuid(),
        lease_expires_at = claim_training.as_of + claim_training.lease,
        attempt_count = h.attempt_count + 1
    from next_training as n
    where h.id = n.id
    returning
        h.id, h.lease_id, h.lease_expires_at, h.model_type, h.machine_id, h.trigger_type,
        h.trigger_reason, h.requested_at, h.attempt_count, h.max_attempts;
end
$$;

comment on function perf_internal.claim_training is
    'See perf.claim_training(). as_of is when it is claimed.';

revoke execute on function perf_internal.claim_training from public;
grant execute on function perf_internal.claim_training
    to authenticated, service_role, perf_admin, perf_recorder;
