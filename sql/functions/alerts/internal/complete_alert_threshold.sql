-- The lock lets perf.forget_metric() wait until this transaction ends; then
-- perf_internal.keep_watched_subjects() sees the threshold.
create or replace function perf_internal.complete_alert_threshold(
    threshold perf.performance_alert_thresholds
)
returns perf.performance_alert_thresholds
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    t perf.performance_alert_thresholds := complete_alert_threshold.threshold;
    v_metric perf.metrics;
begin
    select m.* into v_metric
    from perf.metrics as m
    where m.metric = t.metric_name
    for key share;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no metric ' || perf_internal.quote_value(t.metric_name),
            hint = 'select metric, meaning from perf.metrics lists them.';
    end if;
    t.statistic := coalesce(t.statistic, case v_metric.kind when 'share' then 'rate' else 'avg' end);
    t.direction := coalesce(
        t.direction,
        case
            -- How many values there are is neither better nor worse.
            when t.statistic = 'count' or (t.statistic = 'rate' and v_metric.kind <> 'share')
                then null
            when v_metric.better = 'lower' then 'above'
            when v_metric.better = 'higher' then 'below'
        end,
        case when t.baseline is not null then 'both' end
    );
    if v_metric.kind = 'share' and t.statistic not in ('rate', 'avg', 'sum', 'count') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'statistic must be rate, avg, sum or count, because %s is a share, got %s',
                perf_internal.quote_value(t.metric_name),
                perf_internal.quote_value(t.statistic)
            );
    elsif not v_metric.is_sketched and t.statistic in ('p50', 'p95', 'p99') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'statistic must be avg, min, max, sum, rate or count, because %s has no percentiles, got %s',
                perf_internal.quote_value(t.metric_name),
                perf_internal.quote_value(t.statistic)
            ),
            hint = 'is_sketched of perf.metrics says which metrics have percentiles.';
    elsif t.direction is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'direction must be above or below, because no %s of %s is known to be better, got null',
                t.statistic,
                perf_internal.quote_value(t.metric_name)
            ),
            hint = 'above where high values are bad, below where low values are bad.';
    elsif t.scope_type in ('workflow', 'worker') and v_metric.pipeline <> 'jobs' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'scope_type must be global or labels, because %s is not measured of jobs, got %s',
                perf_internal.quote_value(t.metric_name),
                perf_internal.quote_value(t.scope_type)
            );
    elsif t.scope_type = 'workflow'
            and not exists (select from perf.workflows as f where f.id = t.scope_id)
        or t.scope_type = 'worker'
            and not exists (select from perf.workers as w where w.id = t.scope_id)
    then
        raise exception using
            errcode = 'foreign_key_violation',
            message = format('there is no %s %s', t.scope_type, coalesce(t.scope_id::text, 'null')),
            hint = format('select id, name from perf.%ss lists them.', t.scope_type);
    end if;
    -- Error 22023 for a label that no series has.
    perform perf_internal.get_series(v_metric.pipeline, t.scope_labels, t.group_by);
    return t;
end
$$;

comment on function perf_internal.complete_alert_threshold is
    'A threshold with statistic and direction filled in by its metric. Errors: PT404 no such metric; 22023 a statistic or a scope that the metric has not, a label that no series has, or a direction that nobody knows; 23503 no such workflow or worker.';

revoke execute on function perf_internal.complete_alert_threshold from public;
