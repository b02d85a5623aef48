-- security definer: no API role may write a rollup; the caller is checked first. Every run takes
-- the pipelines in the order of their names, so that two runs at once cannot deadlock.
create or replace function perf.aggregate_performance_metrics(pipeline text default null)
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

comment on function perf.aggregate_performance_metrics is
    'Adds every row that no run has read yet to its hour, day and week, however old it is; of one pipeline, or of all. Returns the number of rows. Rows of transactions that are still open wait for the next run; so do rows of the transaction that calls it. Errors: 42501 not an admin, PT404 no such pipeline, PT409 while a restore is under way.';

revoke execute on function perf.aggregate_performance_metrics from public;
grant execute on function perf.aggregate_performance_metrics
    to authenticated, service_role, perf_admin;
