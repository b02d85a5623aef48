create or replace function perf_internal.find_evaluation_metric(metric text)
returns perf.metrics
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_metric perf.metrics;
begin
    select m.*
    into v_metric
    from perf.metrics as m
    where m.pipeline = 'evaluations'
        and m.metric in (
            find_evaluation_metric.metric, 'evaluation.' || find_evaluation_metric.metric
        )
    order by m.metric = find_evaluation_metric.metric desc
    limit 1;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no metric of evaluations '
                || perf_internal.quote_value(find_evaluation_metric.metric),
            hint = 'select metric, meaning from perf.metrics where pipeline = ''evaluations'' lists them.';
    end if;
    return v_metric;
end
$$;

comment on function perf_internal.find_evaluation_metric is
    'The metric of evaluations of this name, which may leave out "evaluation." at its beginning. Error PT404: there is none.';

revoke execute on function perf_internal.find_evaluation_metric from public;
grant execute on function perf_internal.find_evaluation_metric
    to authenticated, service_role, perf_admin, perf_analyst;
