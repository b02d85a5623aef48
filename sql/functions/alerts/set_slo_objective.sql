-- security invoker: an admin may write objectives. The trigger prepare_slo_objective checks them.
-- Of two at once for a name the second waits at the unique index until the first ends, and replaces
-- what it said. It is one statement, so a session that dies leaves the objective as it was.
create or replace function perf.set_slo_objective(
    objective_name text,
    metric_name text,
    target double precision,
    faster_than double precision default null,
    time_window interval default '30 days',
    scope_labels jsonb default '{}',
    group_by text[] default '{}',
    minimum_sample bigint default 1,
    enabled boolean default true,
    description text default null,
    runbook_url text default null
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
begin
    perform perf_internal.require_role('admin');
    insert into perf.slo_objectives as o (
        objective_name, metric_name, target, faster_than, time_window, scope_labels, group_by,
        minimum_sample, enabled, description, runbook_url
    )
    values (
        set_slo_objective.objective_name,
        set_slo_objective.metric_name,
        set_slo_objective.target,
        set_slo_objective.faster_than,
        set_slo_objective.time_window,
        set_slo_objective.scope_labels,
        set_slo_objective.group_by,
        set_slo_objective.minimum_sample,
        set_slo_objective.enabled,
        set_slo_objective.description,
        set_slo_objective.runbook_url
    )
    on conflict on constraint slo_objectives_objective_name_key do update
    set metric_name = excluded.metric_name,
        target = excluded.target,
        faster_than = excluded.faster_than,
        time_window = excluded.time_window,
        scope_labels = excluded.scope_labels,
        group_by = excluded.group_by,
        minimum_sample = excluded.minimum_sample,
        enabled = excluded.enabled,
        description = excluded.description,
        runbook_url = excluded.runbook_url
    returning o.id into v_id;
    return v_id;
end
$$;

comment on function perf.set_slo_objective is
    'Adds a service level objective, or replaces the one of this name with all its settings; returns its id. target is the share that must be good over time_window (1 to 90 days). Without faster_than the metric is a share: of success_rate that share is good, of error_rate the rest. With it, values up to faster_than are good, in the unit of the metric; a value counts as that of its bin, at most 0.5 % from it. It takes the series that have scope_labels; each combination of the labels that group_by names has an error budget of its own. A pair of windows with fewer than minimum_sample values in the longer one does not alert. Errors: 22023 a bad value, a metric that does not fit, or a label that no series has, 42501 not an admin, PT404 no such metric.';

revoke execute on function perf.set_slo_objective from public;
grant execute on function perf.set_slo_objective to authenticated, service_role, perf_admin;
