begin;
select plan(7);

set local datestyle = 'ISO, YMD';
set local timezone = 'UTC';

create function pg_temp.ranges(
    granularity text, time_zone text, variadic changes timestamptz[]
)
returns setof text
language sql as $$
    select concat_ws(
        ' | ', r.time_bucket::text, r.range_start::text, r.range_end::text,
        case when r.is_whole then 'whole' end
    )
    from perf_internal.get_cost_ranges(
        '2020-01-06 05:00+00', '2020-02-03 00:00+00', granularity, time_zone, changes
    ) as r
$$;

select results_eq(
    $$ select pg_temp.ranges(null, 'UTC', variadic '{}') $$,
    $$ values ('2020-01-06 05:00:00+00 | 2020-02-03 00:00:00+00') $$,
    'one range without a change'
);
select results_eq(
    $$ select pg_temp.ranges(null, 'UTC', '2020-01-07 10:00+00', '2020-01-06 06:00+00') $$,
    $$ values
        ('2020-01-06 05:00:00+00 | 2020-01-06 06:00:00+00'),
        ('2020-01-06 06:00:00+00 | 2020-01-07 10:00:00+00'),
        ('2020-01-07 10:00:00+00 | 2020-02-03 00:00:00+00') $$,
    'cut at the changes'
);
select results_eq(
    $$ select pg_temp.ranges(
           'daily', 'UTC', '2020-01-07 10:00+00', '2020-01-09 00:00+00', '2020-01-06 06:00+00'
       ) $$,
    $$ values
        ('2020-01-06 05:00:00+00 | 2020-02-03 00:00:00+00 | whole'),
        ('2020-01-07 00:00:00+00 | 2020-01-07 00:00:00+00 | 2020-01-07 10:00:00+00'),
        ('2020-01-07 00:00:00+00 | 2020-01-07 10:00:00+00 | 2020-01-08 00:00:00+00') $$,
    'days in which a price changes by parts, if they start in the range'
);
select results_eq(
    $$ select pg_temp.ranges('hourly', 'UTC', '2020-01-07 10:00+00') $$,
    $$ values ('2020-01-06 05:00:00+00 | 2020-02-03 00:00:00+00 | whole') $$,
    'no price changes within an hour'
);
select results_eq(
    $$ select pg_temp.ranges('daily', 'Asia/Kolkata', '2020-01-07 19:00+00', '2020-01-08 00:00+00') $$,
    $$ values
        ('2020-01-06 05:00:00+00 | 2020-02-03 00:00:00+00 | whole'),
        ('2020-01-07 19:00:00+00 | 2020-01-07 19:00:00+00 | 2020-01-08 00:00:00+00'),
        ('2020-01-07 19:00:00+00 | 2020-01-08 00:00:00+00 | 2020-01-08 19:00:00+00') $$,
    'days of a time zone'
);
select results_eq(
    $$ select pg_temp.ranges('monthly', 'UTC', '2020-02-07 10:00+00') $$,
    $$ values
        ('2020-02-01 00:00:00+00 | 2020-02-01 00:00:00+00 | 2020-02-07 10:00:00+00'),
        ('2020-02-01 00:00:00+00 | 2020-02-07 10:00:00+00 | 2020-03-01 00:00:00+00') $$,
    'months that start in the range, whole'
);
update perf.retention as t
set deleted_before = '2020-01-20 12:00+00'
where t.pipeline = 'calls' and t.level = 'hourly';
select results_eq(
    $$ select pg_temp.ranges('daily', 'UTC', '2020-01-07 10:00+00')
       union all select pg_temp.ranges('weekly', 'UTC', '2020-01-14 10:00+00') $$,
    $$ values
        ('2020-01-06 05:00:00+00 | 2020-02-03 00:00:00+00 | whole'),
        ('2020-01-06 05:00:00+00 | 2020-02-03 00:00:00+00 | whole'),
        ('2020-01-13 00:00:00+00 | 2020-01-13 00:00:00+00 | 2020-01-15 00:00:00+00'),
        ('2020-01-13 00:00:00+00 | 2020-01-15 00:00:00+00 | 2020-01-20 00:00:00+00') $$,
    'a day without hours is whole, a week is cut between days'
);

select * from finish();
rollback;
