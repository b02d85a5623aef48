create or replace function perf.get_trainings(
    model_type text default null,
    machine_id uuid default null,
    max_rows integer default 100
)
returns table (
    training_id uuid,
    model_type text,
    machine_id uuid,
    training_status text,
    trigger_type text,
    trigger_reason text,
    requested_at timestamptz,
    requested_by text,
    training_start timestamptz,
    training_end timestamptz,
    training_data_start timestamptz,
    training_data_end timestamptz,
    sample_count bigint,
    model_id uuid,
    model_version text,
    hyperparameters jsonb,
    metrics jsonb,
    improvement_metric text,
    performance_improvement double precision,
    error_message text,
    claimed_by text,
    lease_expires_at timestamptz,
    attempt_count integer,
    max_attempts integer
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(get_trainings.max_rows);
    select
        h.id,
        h.model_type,
        h.machine_id,
        h.training_status,
        h.trigger_type,
        h.trigger_reason,
        h.requested_at,
        h.requested_by,
        h.training_start,
        h.training_end,
        h.training_data_start,
        h.training_data_end,
        h.sample_count,
        h.model_id,
        h.model_version,
        h.hyperparameters,
        h.metrics,
        h.improvement_metric,
        h.performance_improvement,
        h.error_message,
        h.claimed_by,
        h.lease_expires_at,
        h.attempt_count,
        h.max_attempts
    from perf.model_training_history as h
    where (
            get_trainings.model_type is null
            or h.model_type = (select btrim(get_trainings.model_type))
        )
        and (get_trainings.machine_id is null or h.machine_id = get_trainings.machine_id)
    order by h.requested_at desc, h.id
    limit get_trainings.max_rows;
$$;

comment on function perf.get_trainings is
    'Trainings of one model type or all, on one machine or all and none, the last asked for first. Columns are those of perf.model_training_history. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_trainings from public;
grant execute on function perf.get_trainings
    to authenticated, service_role, perf_admin, perf_analyst;
