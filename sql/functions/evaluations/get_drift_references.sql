create or replace function perf.get_drift_references(
    model_type text default null,
    machine_id uuid default null,
    max_rows integer default 1000
)
returns table (
    model_type text,
    machine_id uuid,
    kind text,
    start_time timestamptz,
    end_time timestamptz,
    set_at timestamptz,
    set_by text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(
        get_drift_references.max_rows,
        (
            select count(*)
            from perf.drift_references as d
            join perf_internal.trained_models as m on m.id = d.trained_model_id
            where (
                    get_drift_references.model_type is null
                    or m.model_type = get_drift_references.model_type
                )
                and (
                    get_drift_references.machine_id is null
                    or m.machine_id = get_drift_references.machine_id
                )
        )
    );
    select m.model_type, m.machine_id, d.kind, d.start_time, d.end_time, d.set_at, d.set_by
    from perf.drift_references as d
    join perf_internal.trained_models as m on m.id = d.trained_model_id
    where (
            get_drift_references.model_type is null
            or m.model_type = get_drift_references.model_type
        )
        and (
            get_drift_references.machine_id is null
            or m.machine_id = get_drift_references.machine_id
        )
    order by m.model_type, m.machine_id nulls first;
$$;

comment on function perf.get_drift_references is
    'What each trained model is compared with when it is checked for drift, and who set it: of a model type, of a machine, or of all. kind is window (from start_time to before end_time) or profile (of features, without times). Errors: 22023 more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_drift_references from public;
grant execute on function perf.get_drift_references
    to authenticated, service_role, perf_admin, perf_analyst;
