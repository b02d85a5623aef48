begin;
select plan(28);

set local datestyle = 'ISO, YMD';
set local timezone = 'UTC';

-- From 10:00 on 100 and 300 in turn, 40 calls, 10 of them failed; from 11:00 on 200 and 400, 60 calls,
-- 10 of them failed. At 13:00 there is one call of another model.
select perf.record_calls(
    (
        select jsonb_agg(jsonb_build_object(
            'model_name', c.model, 'tool_name', 'chat', 'response_time_ms', c.ms,
            'error_type', case when c.has_failed then 'timeout' end,
            'call_timestamp', c.called_at
        ))
        from (
            select 'acme/one', 100 + n % 2 * 200, n % 4 = 0,
                timestamptz '2020-02-03 10:00+00' + n * interval '1 minute'
            from generate_series(0, 39) as n
            union all
            select 'acme/one', 200 + n % 2 * 200, n % 6 = 0,
                timestamptz '2020-02-03 11:00+00' + n * interval '1 minute'
            from generate_series(0, 59) as n
            union all
            select 'other/two', 5, false, '2020-02-03 13:00+00'
        ) as c (model, ms, has_failed, called_at)
    )
);

create function pg_temp.compare(
    metrics text[],
    start_time timestamptz default '2020-02-03 11:00+00',
    end_time timestamptz default '2020-02-03 12:00+00',
    before_start timestamptz default null,
    before_end timestamptz default null,
    min_count integer default 30,
    as_of timestamptz default '2020-03-01 00:00+00'
)
returns table (
    metric text,
    statistic text,
    unit text,
    better text,
    before_value numeric,
    value numeric,
    difference numeric,
    low numeric,
    high numeric,
    percent numeric,
    before_count bigint,
    count bigint,
    verdict text,
    note text,
    ranges text
)
language sql
as $$
    select c.metric, c.statistic, c.unit, c.better, round(c.before_value::numeric, 2),
        round(c.value::numeric, 2), round(c.difference::numeric, 2),
        round(c.difference_low::numeric, 1), round(c.difference_high::numeric, 1),
        round(c.percent::numeric, 1), c.before_count, c.count, c.verdict, c.note,
        format(
            '%s-%s %s-%s',
            to_char(c.before_range_start, 'HH24:MI'), to_char(c.before_range_end, 'HH24:MI'),
            to_char(c.range_start, 'HH24:MI'), to_char(c.range_end, 'HH24:MI')
        )
    from perf.compare_periods(
        compare.metrics, compare.start_time, compare.end_time, compare.before_start,
        compare.before_end, '{"model": "acme/one"}', compare.min_count, as_of => compare.as_of
    ) as c
$$;

-- The mean before has 200 +- 32.39, after 300 +- 26.05, so their difference has 100 +- 41.57. 40 and 60
-- calls have Garwood's limits 28.58 to 54.47 and 45.79 to 77.23. The totals have the variances 2000000
-- and 6000000.
select results_eq(
    $$ select metric, statistic, unit, better, before_value, value, difference, low, high, percent,
           before_count, count, verdict, note
       from pg_temp.compare('{response_time_ms}')
       where statistic not like 'p%' $$,
    $$ values
        ('response_time_ms', 'count', 'values', null, 40.00, 60.00, 20.00, -0.3, 40.7, 50.0,
            40::bigint, 60::bigint, 'no_clear_change', null),
        ('response_time_ms', 'average', 'ms', 'lower', 200.00, 300.00, 100.00, 58.4, 141.6, 50.0,
            40, 60, 'worse', null),
        ('response_time_ms', 'total', 'ms', null, 8000.00, 18000.00, 10000.00, 4456.4, 15543.6, 125.0,
            40, 60, 'higher', null) $$,
    'each statistic has its difference, an interval and a verdict'
);
select results_eq(
    $$ select metric, statistic from pg_temp.compare('{success_rate,response_time_ms,cost}') $$,
    $$ values ('success_rate', 'count'), ('success_rate', 'share'), ('success_rate', 'total'),
        ('response_time_ms', 'count'), ('response_time_ms', 'average'), ('response_time_ms', 'p50'),
        ('response_time_ms', 'p95'), ('response_time_ms', 'total'),
        ('cost', 'count'), ('cost', 'average'), ('cost', 'total') $$,
    'metrics are in the order of the argument, percentiles are those that a metric has'
);
select results_eq(
    $$ select statistic, unit, before_value, value, verdict from pg_temp.compare('{error_rate}') $$,
    $$ values ('count', 'values', 40.00, 60.00, 'no_clear_change'),
        ('share', 'share', 0.25, 0.17, 'no_clear_change'),
        ('total', 'values', 10.00, 10.00, 'no_clear_change') $$,
    'a share has the share, and its cases as total'
);
select results_eq(
    $$ select distinct ranges from pg_temp.compare('{error_rate,response_time_ms}') $$,
    $$ values ('10:00-11:00 11:00-12:00') $$,
    'the period before is as long and ends where the period starts'
);
select results_eq(
    $$ select statistic, verdict from pg_temp.compare('{response_time_ms}', min_count => 41)
       where statistic not like 'p%' $$,
    $$ values ('count', 'no_clear_change'), ('average', 'insufficient_data'),
        ('total', 'insufficient_data') $$,
    'fewer than min_count values on a side are too few, of count on both sides'
);
select results_eq(
    $$ select verdict from pg_temp.compare('{response_time_ms}', min_count => 61)
       where statistic = 'count' $$,
    $$ values ('insufficient_data') $$,
    'also for a count'
);
select results_eq(
    $$ select statistic, before_value, value, verdict
       from pg_temp.compare(
           '{response_time_ms}', '2020-02-03 12:00+00', '2020-02-03 13:00+00'
       )
       where statistic not like 'p%' $$,
    $$ values ('count', 60.00, 0.00, 'lower'), ('average', 300.00, null, 'insufficient_data'),
        ('total', 18000.00, 0.00, 'insufficient_data') $$,
    'calls that stopped are a clear change'
);
select results_eq(
    $$ select statistic, before_value, value, percent, verdict, note
       from pg_temp.compare('{cost}') $$,
    $$ values ('count', 0.00, 0.00, null::numeric, 'insufficient_data', null::text),
        ('average', null, null, null, 'insufficient_data', null),
        ('total', 0.00, 0.00, null, 'insufficient_data', null) $$,
    'a metric without values has rows that say so'
);

-- Half of it is over: 30 calls. Of the period before, 10:00 to 10:30 has 30, too.
select results_eq(
    $$ select before_count, count, ranges, note
       from pg_temp.compare('{response_time_ms}', as_of => '2020-02-03 11:30+00')
       where statistic = 'count' $$,
    $$ values (30::bigint, 30::bigint, '10:00-10:30 11:00-11:30',
        'The period is not over: it counts until 2020-02-03 11:30 UTC.') $$,
    'of a period that is not over, the same part of the period before counts'
);
select results_eq(
    $$ select before_count, count, verdict, note
       from pg_temp.compare('{response_time_ms}', as_of => '2020-02-03 10:30+00')
       where statistic = 'average' $$,
    $$ values (0::bigint, 0::bigint, 'insufficient_data',
        'The period is not over: it counts until 2020-02-03 11:00 UTC.') $$,
    'a period that has not begun has nothing to compare'
);

-- 40 calls in two hours are 20 in one.
select results_eq(
    $$ select statistic, before_value, value, before_count, ranges, note
       from pg_temp.compare('{response_time_ms}', before_start => '2020-02-03 09:00+00',
           before_end => '2020-02-03 11:00+00')
       where statistic not like 'p%' $$,
    $$ values
        ('count', 20.00, 60.00, 40::bigint, '09:00-11:00 11:00-12:00', 'The value before is of 2.00 hours and was scaled to the 1.00 hours of the period.'),
        ('average', 200.00, 300.00, 40, '09:00-11:00 11:00-12:00', null),
        ('total', 4000.00, 18000.00, 40, '09:00-11:00 11:00-12:00', 'The value before is of 2.00 hours and was scaled to the 1.00 hours of the period.') $$,
    'count and total of a longer period before are scaled'
);
select results_eq(
    $$ select ranges, before_count
       from pg_temp.compare('{response_time_ms}', before_start => '2020-02-03 09:45+00')
       where statistic = 'count' $$,
    $$ values ('09:45-10:45 11:00-12:00', 40::bigint) $$,
    'with before_start alone the period before is as long as the period'
);
select results_eq(
    $$ select ranges, before_count
       from pg_temp.compare('{response_time_ms}', before_end => '2020-02-03 10:10+00')
       where statistic = 'count' $$,
    $$ values ('09:10-10:10 11:00-12:00', 10::bigint) $$,
    'with before_end alone too'
);
select is(
    (
        select c.count
        from perf.compare_periods(
            '{response_time_ms}', '2020-02-03 13:00+00', '2020-02-03 14:00+00'
        ) as c
        where c.statistic = 'count'
    ),
    1::bigint,
    'without labels it is of all series'
);

-- Retention has removed raw rows of the day, so whole hours are left.
savepoint whole;
insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes)
values ('calls', '2020-02-03 00:00+00', '2020-02-04 00:00+00', 1, 1);
select results_eq(
    $$ select note, ranges
       from pg_temp.compare('{error_rate}', '2020-02-03 11:30+00', '2020-02-03 12:30+00',
           before_start => '2020-02-03 09:00+00', before_end => '2020-02-03 11:00+00')
       where statistic = 'share' $$,
    $$ values ('Nothing is kept of the period.', '09:00-11:00 11:30-11:30') $$,
    'without raw rows parts of hours are left out, which may be all'
);
select results_eq(
    $$ select note, ranges
       from pg_temp.compare('{error_rate}', '2020-02-03 10:30+00', '2020-02-03 12:30+00')
       where statistic = 'share' $$,
    $$ values (
        'Only 2020-02-03 09:00 to 2020-02-03 10:00 UTC counts as the period before: raw rows or'
            || ' rollups of the rest are gone. Only 2020-02-03 11:00 to 2020-02-03 12:00 UTC counts as'
            || ' the period: raw rows or rollups of the rest are gone.',
        '09:00-10:00 11:00-12:00'
    ) $$,
    'note says what counts'
);
rollback to savepoint whole;

select throws_ok(
    format('select * from pg_temp.compare(%L)', m.metrics),
    '22023',
    'metrics must hold 1 to 100 names, each once, got '
        || coalesce('"' || m.metrics || '"', 'null'),
    'refuses the metrics ' || coalesce(m.metrics, 'null')
)
from (values (null), ('{}'), ('{cost,cost}'), ('{{cost},{error_rate}}')) as m (metrics);
select throws_ok(
    $$ select * from pg_temp.compare('{cost,response_time}') $$,
    'PT404',
    'there is no metric "response_time"',
    'refuses a metric that is none'
);
select throws_ok(
    $$ select * from pg_temp.compare('{cost}', '2020-02-04 00:00+00') $$,
    '22023',
    null,
    'refuses an end before the start'
);
select throws_ok(
    $$ select * from pg_temp.compare('{cost}', before_end => '2020-02-03 11:00:01+00') $$,
    '22023',
    'start_time must not be before the end of the period before, got 2020-02-03 11:00:00+00 and'
        || ' 2020-02-03 11:00:01+00',
    'refuses periods that overlap'
);
select throws_ok(
    $$ select * from pg_temp.compare('{cost}', min_count => 0) $$,
    '22023',
    'min_count must be at least 1, got 0',
    'refuses a min_count of 0'
);
select throws_ok(
    $$ select * from pg_temp.compare('{cost}', as_of => null) $$, '22023', null, 'refuses no as_of'
);
select throws_ok(
    $$ select perf.compare_periods('{cost}', '2020-02-03', '2020-02-04', confidence => 1) $$,
    '22023',
    null,
    'refuses a confidence of 1'
);

set local role perf_analyst;
select lives_ok($$ select * from pg_temp.compare('{cost}') $$, 'perf_analyst may ask');
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from pg_temp.compare('{cost}') $$,
    '42501',
    'this needs the role analyst',
    'a stranger may not'
);

select * from finish();
rollback;
