-- The names of workflows and workers are the labels of perf_internal.job_series.
create or replace function perf_internal.get_threshold_scope(
    threshold perf.performance_alert_thresholds
)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case (get_threshold_scope.threshold).scope_type
        when 'workflow' then jsonb_build_object(
            'workflow',
            (
                select f.name
                from perf.workflows as f
                where f.id = (get_threshold_scope.threshold).scope_id
            )
        )
        when 'worker' then jsonb_build_object(
            'worker',
            (
                select w.name
                from perf.workers as w
                where w.id = (get_threshold_scope.threshold).scope_id
            )
        )
        when 'labels' then (get_threshold_scope.threshold).scope_labels
        else '{}'
    end;
$$;

comment on function perf_internal.get_threshold_scope is
    'The labels that a series must have to belong to a threshold: {} for all series of the pipeline.';

revoke execute on function perf_internal.get_threshold_scope from public;
grant execute on function perf_internal.get_threshold_scope
    to authenticated, service_role, perf_admin, perf_analyst;
