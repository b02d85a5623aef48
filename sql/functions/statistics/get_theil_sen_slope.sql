-- Theil, Indagationes Mathematicae 12 (1950) 85-91 and 173-177; Sen, Journal of the American
-- Statistical Association 63 (1968) 1379-1389: the median of the slopes of all pairs. Its limits
-- are slopes too, whose ranks follow from the variance of Kendall's s with ties in times and in
-- values.
create or replace function perf.get_theil_sen_slope(
    times double precision[],
    "values" double precision[],
    confidence double precision default 0.95,
    out slope double precision,
    out low double precision,
    out high double precision,
    out intercept double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_times double precision[];
    v_values double precision[];
    v_slope_count double precision;
    v_variance double precision;
    v_reach double precision;
    v_low double precision;
    v_high double precision;
    -- The ranks to find, the slopes to sort, and how many lie below these.
    v_first double precision;
    v_last double precision;
    v_range double precision[] := '{-Infinity,Infinity}'::float8[];
    v_slopes double precision[];
    v_below bigint;
begin
    perform perf_internal.check_numbers('times', get_theil_sen_slope.times, 5000);
    perform perf_internal.check_numbers('values', get_theil_sen_slope.values, 5000);
    if cardinality(get_theil_sen_slope.times) <> cardinality(get_theil_sen_slope.values) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'times and values must have the same number of elements, got %s and %s',
                cardinality(get_theil_sen_slope.times), cardinality(get_theil_sen_slope.values)
            );
    elsif (get_theil_sen_slope.confidence > 0 and get_theil_sen_slope.confidence < 1) is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'confidence must be between 0 and 1, both excluded, got '
                || coalesce(get_theil_sen_slope.confidence::text, 'null');
    end if;
    -- Slopes between smaller numbers would be beyond double precision.
    select
        array_agg(case when abs(p.time) < 1e-90 then 0 else p.time end),
        array_agg(case when abs(p.value) < 1e-90 then 0 else p.value end)
    into v_times, v_values
    from unnest(get_theil_sen_slope.times, get_theil_sen_slope.values) as p (time, value)
    where p.time is not null and p.value is not null;
    select
        sum(p.value_count - p.same_time) / 2,
        sum(
            (p.value_count - 1) * (2 * p.value_count + 5)
            - (p.same_time - 1) * (2 * p.same_time + 5)
            - (p.same_value - 1) * (2 * p.same_value + 5)
        ) / 18
    into v_slope_count, v_variance
    from (
        select
            count(*) over ()::float8 as value_count,
            count(*) over (partition by p.time)::float8 as same_time,
            count(*) over (partition by p.value)::float8 as same_value
        from unnest(v_times, v_values) as p (time, value)
    ) as p;
    if (v_slope_count > 0) is not true then
        return;
    end if;
    -- Ties in both may be so many that they leave no variance.
    v_reach := case
        when v_variance >= 0
        then perf.get_normal_quantile((1 + get_theil_sen_slope.confidence) / 2) * sqrt(v_variance)
    end;
    v_low := round((v_slope_count - v_reach) / 2);
    v_high := round((v_slope_count + v_reach) / 2) + 1;
    v_first := least(greatest(v_low, 1), floor((v_slope_count + 1) / 2));
    v_last := greatest(least(v_high, v_slope_count), ceil((v_slope_count + 1) / 2));
    -- Only slopes near the ranks asked for are sorted. A sample says where these are: of each value
    -- 32 slopes, to values at distances by the golden ratio, which no period of the values divides.
    if v_slope_count > 200000 then
        with points as materialized (
            select
                p.time,
                p.value,
                row_number() over (order by p.time) as place,
                count(*) over () as value_count
            from unnest(v_times, v_values) as p (time, value)
        )
        select percentile_disc(array[
            greatest(v_first / v_slope_count - 0.01, 0), least(v_last / v_slope_count + 0.01, 1)
        ]) within group (order by (b.value - a.value) / (b.time - a.time))
        into v_range
        from points as a
        cross join generate_series(1, 32) as k (step)
        join points as b
            on b.place = (a.place + floor(a.value_count * (k.step * 0.6180339887 % 1))::bigint)
                % a.value_count + 1
        where b.time <> a.time;
    end if;
    loop
        with points as materialized (
            select p.time, p.value from unnest(v_times, v_values) as p (time, value)
        )
        select
            count(*) filter (where r.slope < v_range[1]),
            array_agg(r.slope order by r.slope)
                filter (where r.slope between v_range[1] and v_range[2])
        into v_below, v_slopes
        from (
            select (b.value - a.value) / (b.time - a.time) as slope
            from points as a
            join points as b on b.time > a.time
        ) as r;
        -- Else the sample was misleading, and all are sorted.
        exit when v_first > v_below and v_last <= v_below + coalesce(cardinality(v_slopes), 0);
        v_range := '{-Infinity,Infinity}'::float8[];
    end loop;
    slope := (
        v_slopes[(floor((v_slope_count + 1) / 2) - v_below)::integer]
        + v_slopes[(ceil((v_slope_count + 1) / 2) - v_below)::integer]
    ) / 2;
    low := case when v_low >= 1 then v_slopes[(v_low - v_below)::integer] end;
    high := case when v_high <= v_slope_count then v_slopes[(v_high - v_below)::integer] end;
    intercept := (
        select
            percentile_cont(0.5) within group (order by p.value)
            - get_theil_sen_slope.slope * percentile_cont(0.5) within group (order by p.time)
        from unnest(v_times, v_values) as p (time, value)
    );
end
$$;

comment on function perf.get_theil_sen_slope is
    'How fast values rise with times: slope is the median slope of all pairs of values at different times, low and high its confidence interval, intercept the median value less slope times the median time. Pairs with a null are left out. Without two different times all is null; a limit is null where the values are too few for it. Error 22023: confidence not between 0 and 1, arrays of different length or of more than 5000 elements, NaN, or a number beyond 1e90.';

revoke execute on function perf.get_theil_sen_slope from public;
grant execute on function perf.get_theil_sen_slope
    to authenticated, service_role, perf_admin, perf_analyst;
