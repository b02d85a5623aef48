-- Before is the time under the previous activation, after that under this one, neither longer than
-- the window: so each side is of one configuration.
create or replace function perf.get_config_impact(
    model_type text default null,
    at timestamptz default null,
    time_window interval default '7 days',
    activation_id bigint default null,
    min_calls integer default 50,
    confidence double precision default 0.95,
    as_of timestamptz default now(),
    outcome text default 'all'
)
returns table (
    source text,
    metric text,
    unit text,
    before_value double precision,
    after_value double precision,
    difference double precision,
    difference_low double precision,
    difference_high double precision,
    percent double precision,
    percent_low double precision,
    percent_high double precision,
    before_count bigint,
    after_count bigint,
    verdict text,
    note text,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_range record;
    v_source text;
    v_before record;
    v_after record;
    v_note text;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_as_of(get_config_impact.as_of);
    if not (get_config_impact.confidence > 0 and get_config_impact.confidence < 1)
        or get_config_impact.confidence is null
        or get_config_impact.min_calls is null or get_config_impact.min_calls < 1
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'min_calls must be at least 1 and confidence between 0 and 1, got %s and %s',
                coalesce(get_config_impact.min_calls::text, 'null'),
                coalesce(get_config_impact.confidence::text, 'null')
            );
    end if;
    v_range := perf_internal.get_impact_range(
        get_config_impact.activation_id,
        get_config_impact.at,
        get_config_impact.time_window,
        get_config_impact.as_of,
        get_config_impact.model_type
    );
    foreach v_source in array array['calls', 'jobs'] loop
        select
            coalesce(min(c.range_start), v_range.before_from) as range_start,
            coalesce(max(c.range_end), v_range.before_from) as range_end
        into v_before
        from perf_internal.get_cover(
            v_source, v_range.before_from, v_range.active_from, is_exact => true
        ) as c;
        select
            coalesce(min(c.range_start), v_range.after_until) as range_start,
            coalesce(max(c.range_end), v_range.after_until) as range_end
        into v_after
        from perf_internal.get_cover(
            v_source, v_range.active_from, v_range.after_until, is_exact => true
        ) as c;
        v_note := 'Observed before and after the change, not an experiment: whatever else changed'
            || ' at that time is in the difference.'
            || case
                when v_before.range_end < v_range.active_from
                    or v_after.range_start > v_range.active_from
                then format(
                    ' %s from %s to %s are left out: raw %s of that time are gone.',
                    initcap(v_source),
                    to_char(v_before.range_end at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
                    to_char(v_after.range_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI UTC'),
                    v_source
                )
                else ''
            end;
        return query
        with measured as (
            select
                m.ordinality,
                m.metric,
                m.unit,
                m.higher_is,
                b.value as before_value,
                a.value as after_value,
                a.value - b.value as difference,
                d.low,
                d.high,
                p.percent,
                p.low as percent_low,
                p.high as percent_high,
                b.call_count as before_count,
                a.call_count as after_count
            from perf_internal.get_config_metrics() with ordinality as m
            join perf_internal.measure_type(
                v_range.model_type,
                v_range.before_from,
                v_range.active_from,
                get_config_impact.confidence,
                get_config_impact.outcome,
                v_source
            ) as b on b.metric = m.metric
            join perf_internal.measure_type(
                v_range.model_type,
                v_range.active_from,
                v_range.after_until,
                get_config_impact.confidence,
                get_config_impact.outcome,
                v_source
            ) as a on a.metric = m.metric
            cross join lateral perf.get_difference_interval(
                b.value, b.low, b.high, a.value, a.low, a.high
            ) as d
            cross join lateral perf_internal.get_percent_interval(
                b.value, b.low, b.high, a.value, a.low, a.high
            ) as p
            where (m.source = 'calls' and m.metric not like '%first_token%')
                or b.call_count + a.call_count > 0
        )
        select
            v_source,
            m.metric,
            m.unit,
            m.before_value,
            m.after_value,
            m.difference,
            m.low,
            m.high,
            m.percent,
            m.percent_low,
            m.percent_high,
            m.before_count,
            m.after_count,
            case
                when least(m.before_count, m.after_count) < get_config_impact.min_calls
                    or m.low is null
                    or m.high is null
                then 'insufficient_data'
                when m.low <= 0 and m.high >= 0 then 'no_clear_change'
                when m.low > 0 then m.higher_is
                when m.higher_is = 'worse' then 'better'
                when m.higher_is = 'better' then 'worse'
                else 'lower'
            end,
            v_note,
            v_before.range_start,
            v_after.range_end
        from measured as m
        order by m.ordinality;
    end loop;
end
$$;

comment on function perf.get_config_impact is
    'Calls and jobs (source) of a model type before and after an activation (by id, or the one in force at a time, else the active one), at most time_window each: value, difference, its confidence interval in the metric''s unit, the difference in percent of the value before with the interval of their ratio, calls or jobs on each side, and a verdict: better, worse (times, rates, memory, quality), higher, lower (tokens), no_clear_change, insufficient_data (fewer than min_calls calls or jobs on a side). Times and tokens of all, successful or failed calls (outcome: all, success, error); times, memory and quality of successful jobs. Rows of jobs only for what jobs of the time have. range_start and range_end are of all that was counted, before and after. An observation, not an experiment. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such activation.';

revoke execute on function perf.get_config_impact from public;
grant execute on function perf.get_config_impact
    to authenticated, service_role, perf_admin, perf_analyst;
