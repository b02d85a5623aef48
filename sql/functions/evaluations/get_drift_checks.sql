create or replace function perf.get_drift_checks(
    model_type text default null,
    machine_id uuid default null,
    start_time timestamptz default '-infinity',
    end_time timestamptz default 'infinity',
    max_rows integer default 100
)
returns table (
    check_id bigint,
    model_type text,
    machine_id uuid,
    checked_at timestamptz,
    start_time timestamptz,
    end_time timestamptz,
    reference_start timestamptz,
    reference_end timestamptz,
    drift_detected boolean,
    drift_score double precision,
    drift_details jsonb,
    training_id uuid
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(get_drift_checks.max_rows);
    select
        c.id,
        m.model_type,
        m.machine_id,
        c.checked_at,
        c.start_time,
        c.end_time,
        c.reference_start,
        c.reference_end,
        c.drift_detected,
        c.drift_score,
        c.drift_details,
        c.training_id
    from perf.model_drift_checks as c
    join perf_internal.trained_models as m on m.id = c.trained_model_id
    where (get_drift_checks.model_type is null or m.model_type = get_drift_checks.model_type)
        and (get_drift_checks.machine_id is null or m.machine_id = get_drift_checks.machine_id)
        and c.checked_at >= get_drift_checks.start_time
        and c.checked_at < get_drift_checks.end_time
    order by c.checked_at desc, c.id desc
    limit get_drift_checks.max_rows;
$$;

comment on function perf.get_drift_checks is
    'The checks of perf.check_model_drift() that were made in a range, the last first, at most max_rows (1 to 100000): of a model type, of a machine, or of all. drift_detected and drift_score are null where nothing was tested. Errors: 22023 bad max_rows, 42501 not an analyst.';

revoke execute on function perf.get_drift_checks from public;
grant execute on function perf.get_drift_checks
    to authenticated, service_role, perf_admin, perf_analyst;
