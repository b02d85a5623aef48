-- security definer: no API role may write a rollup; the caller is checked first. Every run takes
-- the pipelines in the order of their names, so that two runs at once cannot deadlock.
create or replace function perf_internal.aggregate_performance_metrics(pipeline text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_pipeline text;
    v_rows bigint := 0;
begin
    perform perf_internal.require_role('admin');
    if aggregate_performance_metrics.pipeline is not null then
        return perf_internal.roll_up(aggregate_performance_metrics.pipeline);
    end if;
    for v_pipeline in select p.pipeline from perf_internal.pipelines as p order by 1 loop
        v_rows := v_rows + perf_internal.roll_up(v_pipeline);
    end loop;
    return v_rows;
end
$$;

comment on function perf_internal.aggregate_performance_metrics is 'Does the work of perf.aggregate_performance_metrics().';

revoke execute on function perf_internal.aggregate_performance_metrics from public;
grant execute on function perf_internal.aggregate_performance_metrics
    to authenticated, service_role, perf_admin;
