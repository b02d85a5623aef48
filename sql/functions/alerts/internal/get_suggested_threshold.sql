-- A threshold that nobody has made yet, so the checks of the table and its trigger do not see it.
create or replace function perf_internal.get_suggested_threshold(
    metric_name text,
    statistic text,
    scope_labels jsonb,
    group_by text[],
    time_window interval,
    for_duration interval,
    direction text,
    minimum_sample bigint
)
returns perf.performance_alert_thresholds
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_metric perf.metrics;
    v_threshold perf.performance_alert_thresholds;
    v_known text[] := array['avg', 'min', 'max', 'p50', 'p95', 'p99', 'sum', 'rate', 'count'];
begin
    select m.*
    into v_metric
    from perf.metrics as m
    where m.metric = btrim(get_suggested_threshold.metric_name);
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no metric '
                || perf_internal.quote_value(get_suggested_threshold.metric_name),
            hint = 'select metric, meaning from perf.metrics lists them.';
    end if;
    v_known := case
        when v_metric.kind = 'share' then '{avg,sum,rate,count}'::text[]
        when not v_metric.is_sketched then '{avg,min,max,sum,rate,count}'::text[]
        else v_known
    end;
    if get_suggested_threshold.statistic <> all(v_known) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'statistic must be one of %s for %s, got %s',
                array_to_string(v_known, ', '),
                perf_internal.quote_value(v_metric.metric),
                perf_internal.quote_value(get_suggested_threshold.statistic)
            );
    elsif get_suggested_threshold.direction not in ('above', 'below') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'direction must be above or below, got '
                || perf_internal.quote_value(get_suggested_threshold.direction);
    elsif jsonb_typeof(get_suggested_threshold.scope_labels) is distinct from 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'scope_labels must be a JSON object, got '
                || perf_internal.quote_json(get_suggested_threshold.scope_labels),
            hint = 'For example {"model": "openai/gpt-4o"}.';
    elsif get_suggested_threshold.group_by is null
        or array_ndims(get_suggested_threshold.group_by) > 1
        or array_position(get_suggested_threshold.group_by, null) is not null
        or (
            select count(*) > count(distinct g.name)
            from unnest(get_suggested_threshold.group_by) as g (name)
        )
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'group_by must hold names of labels, each once, got '
                || perf_internal.quote_value(get_suggested_threshold.group_by::text);
    elsif get_suggested_threshold.time_window between interval '1 minute' and interval '90 days'
        is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'time_window must be 1 minute to 90 days, got '
                || coalesce(get_suggested_threshold.time_window::text, 'null');
    elsif get_suggested_threshold.for_duration between interval '0' and interval '7 days' is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'for_duration must be 0 to 7 days, got '
                || coalesce(get_suggested_threshold.for_duration::text, 'null');
    elsif (get_suggested_threshold.minimum_sample >= 1) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'minimum_sample must be at least 1, got '
                || coalesce(get_suggested_threshold.minimum_sample::text, 'null');
    end if;
    v_threshold.metric_name := v_metric.metric;
    v_threshold.scope_type := case get_suggested_threshold.scope_labels
        when '{}' then 'global'
        else 'labels'
    end;
    v_threshold.scope_labels := get_suggested_threshold.scope_labels;
    v_threshold.group_by := get_suggested_threshold.group_by;
    v_threshold.statistic := coalesce(
        get_suggested_threshold.statistic, case v_metric.kind when 'share' then 'rate' else 'avg' end
    );
    v_threshold.direction := coalesce(
        get_suggested_threshold.direction,
        case
            -- How many values there are is neither better nor worse.
            when v_threshold.statistic = 'count'
                or v_threshold.statistic = 'rate' and v_metric.kind <> 'share'
                then null
            when v_metric.better = 'lower' then 'above'
            when v_metric.better = 'higher' then 'below'
        end
    );
    v_threshold.time_window := get_suggested_threshold.time_window;
    v_threshold.for_duration := get_suggested_threshold.for_duration;
    v_threshold.keep_firing_for := '0';
    v_threshold.minimum_sample := get_suggested_threshold.minimum_sample;
    v_threshold.no_data := 'keep';
    if v_threshold.direction is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'direction must be above or below, because no %s of %s is known to be better, got null',
                v_threshold.statistic,
                perf_internal.quote_value(v_metric.metric)
            ),
            hint = 'above where high values are bad, below where low values are bad.';
    end if;
    return v_threshold;
end
$$;

comment on function perf_internal.get_suggested_threshold is
    'A threshold without limits, with statistic and direction filled in by its metric. Errors: PT404 no such metric, 22023 bad argument, or no direction where perf.metrics knows none.';

revoke execute on function perf_internal.get_suggested_threshold from public;
grant execute on function perf_internal.get_suggested_threshold
    to authenticated, service_role, perf_admin, perf_analyst;
