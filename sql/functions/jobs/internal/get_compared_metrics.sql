create or replace function perf_internal.get_compared_metrics(metrics text[])
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_wrong record;
begin
    if get_compared_metrics.metrics is null then
        return (
            select array_agg(
                m.metric
                order by
                    array_position(
                        '{time_per_frame_ms,total_wall_time_ms,total_gpu_time_ms,vram_peak_mb,
                            failure_rate}',
                        m.metric
                    ),
                    m.metric
            )
            from perf.metrics as m
            where m.pipeline = 'jobs'
                and (
                    m.metric in (
                        'time_per_frame_ms', 'total_gpu_time_ms', 'total_wall_time_ms',
                        'vram_peak_mb', 'failure_rate'
                    )
                    or (m.kind = 'named' and m.metric like 'quality.%')
                )
        );
    elsif array_ndims(get_compared_metrics.metrics) > 1
        or cardinality(get_compared_metrics.metrics) not between 1 and 100
        or (
            select count(*) > count(distinct n.metric)
            from unnest(get_compared_metrics.metrics) as n (metric)
        )
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'metrics must hold 1 to 100 names, each once, got '
                || perf_internal.quote_value(get_compared_metrics.metrics::text);
    end if;
    select n.metric, m.kind
    into v_wrong
    from unnest(get_compared_metrics.metrics) with ordinality as n (metric, position)
    left join perf.metrics as m on m.metric = n.metric and m.pipeline = 'jobs'
    where m.kind is null or m.kind not in ('measured', 'named', 'share')
    order by n.position
    limit 1;
    if not found then
        return get_compared_metrics.metrics;
    elsif v_wrong.kind is null then
        raise exception using
            errcode = 'PT404',
            message = 'jobs have no metric ' || perf_internal.quote_value(v_wrong.metric),
            hint = (
                select coalesce(
                    'Did you mean ' || string_agg(perf_internal.quote_value(m.metric), ' or ') || '? ',
                    ''
                )
                from perf.metrics as m
                where m.pipeline = 'jobs'
                    and m.metric in ('quality.' || v_wrong.metric, 'stage.' || v_wrong.metric)
            ) || 'select metric, meaning from perf.metrics where pipeline = ''jobs'' lists them.';
    end if;
    raise exception using
        errcode = 'invalid_parameter_value',
        message = format(
            'metric %s cannot be compared', perf_internal.quote_value(v_wrong.metric)
        ),
        hint = 'Comparisons are of successful jobs. Name the metric without failed_ or successful_.';
end
$$;

comment on function perf_internal.get_compared_metrics is
    'The metrics of jobs that a comparison is about: those given, or for null the times, the GPU memory, the failure rate and every quality score. Errors: 22023 no names, or one of failed jobs, PT404 unknown metric.';

revoke execute on function perf_internal.get_compared_metrics from public;
grant execute on function perf_internal.get_compared_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
