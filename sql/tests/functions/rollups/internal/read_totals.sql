begin;
select plan(7);

set local datestyle = 'ISO, YMD';
set local timezone = 'UTC';

select perf.record_call(
    m, 'chat', 100, input_tokens => i, success => i <> 3, call_timestamp => t
)
from (
    values
        ('a', 1, timestamptz '2020-01-06 10:30+00'),
        ('a', 2, '2020-01-07 10:30+00'),
        ('a', 3, '2020-01-13 10:30+00'),
        ('b', 10, '2020-01-06 11:30+00')
) as c (m, i, t);
create function pg_temp.ids()
returns uuid[]
language sql as $$
    select array_agg(s.series_id order by s.labels ->> 'model')
    from perf_internal.call_series as s
$$;
create function pg_temp.read(
    start_time timestamptz, end_time timestamptz, granularity text, groups integer[],
    time_zone text default 'UTC'
)
returns setof text
language sql as $$
    select concat_ws(' ', t.group_number, t.metric, t.time_bucket::text, t.count, t.sum)
    from perf_internal.read_totals(
        'calls', '{input_tokens,response_time_ms}', pg_temp.ids(), $1, $2, $3, $4, $5
    ) as t
    order by 1
$$;

select results_eq(
    $$ select pg_temp.read('2020-01-06 10:00+00', '2020-01-07 00:00+00', null, null) $$,
    $$ values ('1 input_tokens 2 11'), ('1 response_time_ms 2 200') $$,
    'adds up what no run has read, all series in one group'
);
select results_eq(
    $$ select pg_temp.read('2020-01-06 11:00+00', '2020-01-14 00:00+00', 'weekly', '{1,2}') $$,
    $$ values
        ('1 input_tokens 2020-01-13 00:00:00+00 1 3'),
        ('1 response_time_ms 2020-01-13 00:00:00+00 1 100') $$,
    'buckets that start in the range'
);
select results_eq(
    $$ select pg_temp.read('2020-01-05', '2020-01-14', 'daily', '{1,2}') $$,
    $$ values
        ('1 input_tokens 2020-01-06 00:00:00+00 1 1'),
        ('1 input_tokens 2020-01-07 00:00:00+00 1 2'),
        ('1 input_tokens 2020-01-13 00:00:00+00 1 3'),
        ('1 response_time_ms 2020-01-06 00:00:00+00 1 100'),
        ('1 response_time_ms 2020-01-07 00:00:00+00 1 100'),
        ('1 response_time_ms 2020-01-13 00:00:00+00 1 100'),
        ('2 input_tokens 2020-01-06 00:00:00+00 1 10'),
        ('2 response_time_ms 2020-01-06 00:00:00+00 1 100') $$,
    'by group and day'
);
select results_eq(
    $$ select pg_temp.read('2020-01-05', '2020-01-06 15:00+00', 'daily', '{1,2}', 'Asia/Tokyo') $$,
    $$ values
        ('1 input_tokens 2020-01-05 15:00:00+00 1 1'),
        ('1 response_time_ms 2020-01-05 15:00:00+00 1 100'),
        ('2 input_tokens 2020-01-05 15:00:00+00 1 10'),
        ('2 response_time_ms 2020-01-05 15:00:00+00 1 100') $$,
    'or the day of a time zone'
);
select is_empty(
    $$ select * from perf_internal.read_totals(
           'calls', '{input_tokens}', '{}', '2020-01-01', '2020-02-01'
       ) $$,
    'nothing of no series'
);
select is_empty(
    $$ select * from perf_internal.read_totals(
           'calls', '{input_tokens}', pg_temp.ids(), '2020-01-01', '2020-02-01',
           pending_from => 'infinity'
       ) $$,
    'nothing that no run has read, where a caller knows that there is none'
);
select throws_ok(
    $$ select pg_temp.read('2020-01-05', '2020-01-06', 'yearly', null) $$,
    '22023', null, 'refuses a granularity that is not there'
);

select * from finish();
rollback;
