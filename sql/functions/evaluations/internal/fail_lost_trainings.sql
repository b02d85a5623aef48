-- A training that another session changes is left to it.
create or replace function perf_internal.fail_lost_trainings(as_of timestamptz)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with lost as (
        select h.id
        from perf.model_training_history as h
        where h.training_status in ('pending', 'running')
            and h.lease_expires_at <= fail_lost_trainings.as_of
            and h.attempt_count >= h.max_attempts
        for no key update skip locked
    ),
    failed as (
        update perf.model_training_history as h
        set training_status = 'failed',
            training_end = greatest(fail_lost_trainings.as_of, h.training_start),
            lease_expires_at = null,
            error_message = format(
                'The trainer %s did not come back: attempt %s of %s.',
                h.claimed_by,
                h.attempt_count,
                h.max_attempts
            )
        from lost as l
        where h.id = l.id
        returning h.id
    )
    select count(*)
    from failed;
$$;

comment on function perf_internal.fail_lost_trainings is
    'Fails the trainings whose lease is over and that may not be claimed again; returns how many.';

revoke execute on function perf_internal.fail_lost_trainings from public;
