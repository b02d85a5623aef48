begin;
select plan(3);

-- 100 and 300 in turn, 40 times, a quarter of them failed.
select perf.record_calls(
    (
        select jsonb_agg(jsonb_build_object(
            'model_name', 'acme/one', 'tool_name', 'chat',
            'response_time_ms', 100 + n % 2 * 200,
            'error_type', case when n % 4 = 0 then 'timeout' end,
            'call_timestamp', timestamptz '2020-02-03 10:00+00' + n * interval '1 minute'
        ))
        from generate_series(0, 39) as n
    )
);
create function pg_temp.measure(metrics text[], until timestamptz)
returns table (
    metric text,
    statistic text,
    value numeric,
    low numeric,
    high numeric,
    count bigint
)
language sql
as $$
    select m.metric, m.statistic, round(m.value::numeric, 2), round(m.low::numeric, 2),
        round(m.high::numeric, 2), m.count
    from perf_internal.measure_period(
        'calls', measure.metrics, array(select k.id from perf.model_tool_configs as k),
        '2020-02-03 10:00+00', measure.until, 0.95
    ) as m
    order by m.metric, m.statistic
$$;
-- The squares of the values sum up to 2000000, of which the root times 1.96 is 2771.81. Those of 0 and
-- 1 sum up to the 10 failures.
select results_eq(
    $$ select *
       from pg_temp.measure('{response_time_ms,error_rate}', '2020-02-03 11:00+00')
       where statistic not like 'p%' $$,
    $$ values
        ('error_rate', 'count', 40.00, 28.58, 54.47, 40::bigint),
        ('error_rate', 'share', 0.25, 0.14, 0.40, 40),
        ('error_rate', 'total', 10.00, 3.80, 16.20, 40),
        ('response_time_ms', 'average', 200.00, 167.61, 232.39, 40),
        ('response_time_ms', 'count', 40.00, 28.58, 54.47, 40),
        ('response_time_ms', 'total', 8000.00, 5228.19, 10771.81, 40) $$,
    'count, average or share, and total have intervals'
);
select results_eq(
    $$ select statistic, abs(value - case statistic when 'p50' then 200 else 300 end) < 2, count
       from pg_temp.measure('{response_time_ms,error_rate}', '2020-02-03 11:00+00')
       where statistic like 'p%' $$,
    $$ values ('p50', true, 40::bigint), ('p95', true, 40) $$,
    'a metric with a sketch has percentiles too'
);
select results_eq(
    $$ select statistic, value, low, count from pg_temp.measure('{cost}', '2020-02-03 10:30+00')
       union all
       select statistic, value, low, count from pg_temp.measure('{error_rate}', '2020-02-03 10:06+00')
       where statistic = 'total' $$,
    $$ values ('average', null::numeric, null::numeric, 0::bigint), ('count', 0.00, 0.00, 0),
        ('total', 0.00, null, 0), ('total', 2.00, -0.77, 6) $$,
    'without values there is only a count of 0; parts of hours are exact'
);

select * from finish();
rollback;
