create or replace function perf_internal.get_job_metric(
    metric text,
    out read_metric text,
    out unit text,
    out better text,
    out is_share boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    select
        coalesce(o.metric, m.metric),
        m.unit,
        m.better,
        m.kind = 'share'
    into read_metric, unit, better, is_share
    from perf.metrics as m
    left join perf.metrics as o
        on o.kind = 'difference'
        and o.metric = 'successful_' || m.metric
        and o.base_metric = m.metric
    where m.pipeline = 'jobs'
        and m.metric = get_job_metric.metric;
    if read_metric is null then
        raise exception using
            errcode = 'PT404',
            message = 'there is no metric of jobs '
                || perf_internal.quote_value(get_job_metric.metric),
            hint = (
                select coalesce(
                    'Did you mean ' || string_agg(perf_internal.quote_value(m.metric), ' or ') || '? ',
                    ''
                )
                from perf.metrics as m
                where m.pipeline = 'jobs'
                    and m.metric in ('quality.' || get_job_metric.metric, 'stage.' || get_job_metric.metric)
            ) || 'select metric, meaning from perf.metrics where pipeline = ''jobs'' lists them.';
    end if;
end
$$;

comment on function perf_internal.get_job_metric is
    'What reports of jobs read for a metric: of successful jobs, if that exists; its unit, which direction is better, and whether it is a share. Error PT404: no such metric of jobs.';

revoke execute on function perf_internal.get_job_metric from public;
grant execute on function perf_internal.get_job_metric
    to authenticated, service_role, perf_admin, perf_analyst;
