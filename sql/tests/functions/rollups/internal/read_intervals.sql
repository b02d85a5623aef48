begin;
select plan(4);

-- Five calls in an hour: the mean of 1, 2, 3, 4, 5 is 3, m2 is 10. Student's t with 4 degrees of
-- freedom is 2.7764, times the standard error of 0.7071.
select perf.record_call(
    'acme/one', 'chat', n, call_timestamp => timestamptz '2020-02-03 10:00+00' + n * interval '1 minute'
)
from generate_series(1, 5) as n;

create function pg_temp.read(metric text, percentiles float8[] default '{0.5}')
returns table (
    group_number integer,
    bucket text,
    count bigint,
    sum float8,
    average_low numeric,
    average_high numeric,
    has_percentiles boolean
)
language sql
as $$
    select i.group_number, to_char(i.time_bucket at time zone 'UTC', 'DD HH24'), i.count, i.sum,
        round(i.average_low::numeric, 2), round(i.average_high::numeric, 2),
        i.percentile_values is not null
    from perf_internal.read_intervals(
        read.metric,
        array(select k.id from perf.model_tool_configs as k),
        '2020-02-03 00:00+00', '2020-02-05 00:00+00', 'hourly', '{7}', read.percentiles, 'UTC', 0.95
    ) as i
$$;
select results_eq(
    $$ select * from pg_temp.read('response_time_ms') $$,
    $$ values (7, '03 10', 5::bigint, 15::float8, 1.04, 4.96, true) $$,
    'tells of each bucket and group, with the interval of the average'
);
select results_eq(
    $$ select * from pg_temp.read('error_rate') $$,
    $$ values (7, '03 10', 5::bigint, 0::float8, 0.00, 0.43, false) $$,
    'also of shares, which have no percentiles'
);
select is_empty($$ select * from pg_temp.read('input_tokens') $$, 'without values there is no row');
select throws_ok(
    $$ select * from pg_temp.read('response_time_ms', array_fill(0.5::float8, '{67}')) $$,
    '22023',
    'percentiles must be at most 66 with confidence, got 67',
    'refuses more than 66 percentiles'
);

select * from finish();
rollback;
