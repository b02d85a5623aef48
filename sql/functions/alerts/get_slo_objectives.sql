create or replace function perf.get_slo_objectives(max_rows integer default 1000)
returns table (
    id bigint,
    objective_name text,
    metric_name text,
    target double precision,
    faster_than double precision,
    time_window interval,
    scope_labels jsonb,
    group_by text[],
    minimum_sample bigint,
    enabled boolean,
    description text,
    runbook_url text,
    created_by text,
    created_at timestamptz,
    updated_at timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(get_slo_objectives.max_rows);
    select
        o.id,
        o.objective_name,
        o.metric_name,
        o.target,
        o.faster_than,
        o.time_window,
        o.scope_labels,
        o.group_by,
        o.minimum_sample,
        o.enabled,
        o.description,
        o.runbook_url,
        o.created_by,
        o.created_at,
        o.updated_at
    from perf.slo_objectives as o
    order by o.objective_name collate "C"
    limit get_slo_objectives.max_rows;
$$;

comment on function perf.get_slo_objectives is
    'Service level objectives by name, also those that are disabled. The columns are those of perf.slo_objectives; perf.get_slo_status() says how they stand. At most max_rows, 1 to 100000. Errors: 22023 bad max_rows, 42501 not an analyst.';

revoke execute on function perf.get_slo_objectives from public;
grant execute on function perf.get_slo_objectives
    to authenticated, service_role, perf_admin, perf_analyst;
