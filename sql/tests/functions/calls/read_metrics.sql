begin;
select plan(15);

-- A call at noon of every day of three weeks from Monday 2020-01-06, and one at 00:00 of Mondays.
create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from generate_series(
    timestamptz '2020-01-06 12:00+00', '2020-01-26 12:00+00', interval '24 hours'
) as d
union all
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from generate_series(
    timestamptz '2020-01-06 00:00+00', '2020-01-20 00:00+00', interval '168 hours'
) as d;

create temporary table run as select perf.aggregate_performance_metrics() as calls;

create function pg_temp.read(start_time timestamptz, end_time timestamptz)
returns table (granularity text, day text, call_count bigint)
language sql
as $$
    select
        r.granularity,
        to_char(r.time_bucket at time zone 'UTC', 'MM-DD HH24'),
        r.call_count
    from perf_internal.read_metrics(null, start_time, end_time) as r
    order by 2, 1
$$;

select results_eq(
    $$ select * from pg_temp.read('2020-01-08 12:00+00', '2020-01-08 13:00+00') $$,
    $$ values ('hourly', '01-08 12', 1::bigint) $$,
    'an hour comes from hours'
);

select results_eq(
    $$ select * from pg_temp.read('2020-01-06 12:00+00', '2020-01-08 12:00+00') $$,
    $$ values ('hourly', '01-06 12', 1::bigint), ('daily', '01-07 00', 1) $$,
    'whole days come from days, the rest from hours, the end is not in it'
);

select results_eq(
    $$ select * from pg_temp.read('2020-01-06 00:00+00', '2020-01-08 12:00:00.000001+00') $$,
    $$ values ('daily', '01-06 00', 2::bigint), ('daily', '01-07 00', 1),
        ('hourly', '01-08 12', 1) $$,
    'an hour that starts in the range is in it whole'
);

select results_eq(
    $$ select * from pg_temp.read('2020-01-06 12:00:00.000001+00', '2020-01-07 12:00+00') $$,
    $$ select null::text, null::text, null::bigint where false $$,
    'an hour that starts before it is not'
);

select is(
    (select sum(call_count) from pg_temp.read('2020-01-06 00:00+00', '2020-01-27 00:00+00')),
    24::numeric,
    'every call is in exactly one of the rows'
);

select is(
    (select array_agg(distinct granularity)
     from pg_temp.read('2020-01-06 00:00+00', '2020-01-27 00:00+00')),
    '{daily}',
    'while days are kept weeks are not read'
);

select is_empty(
    $$ select * from pg_temp.read('2020-01-08 12:00+00', '2020-01-08 12:00+00') $$,
    'an empty range has no rows'
);

-- Retention has removed days before Wednesday 2020-01-15.
delete from perf_internal.performance_metrics
where granularity = 'daily' and time_bucket < '2020-01-15 00:00+00';
update perf.retention set deleted_before = '2020-01-15 00:00+00' where level = 'daily';

select results_eq(
    $$ select * from pg_temp.read('2020-01-06 00:00+00', '2020-01-22 13:00+00') $$,
    $$ values ('weekly', '01-06 00', 8::bigint), ('weekly', '01-13 00', 8),
        ('daily', '01-20 00', 2), ('daily', '01-21 00', 1), ('hourly', '01-22 12', 1) $$,
    'weeks reach to where all days are kept, then days, then hours'
);

select is(
    (select sum(call_count) from pg_temp.read('2020-01-06 00:00+00', '2020-01-27 00:00+00')),
    24::numeric,
    'and still every call is in exactly one of the rows'
);

select results_eq(
    $$ select * from pg_temp.read('2020-01-20 00:00+00', '2020-01-22 00:00+00') $$,
    $$ values ('daily', '01-20 00', 2::bigint), ('daily', '01-21 00', 1) $$,
    'a range in which all days are kept is read as before'
);

set local timezone = 'Europe/Berlin';

select results_eq(
    $$ select * from pg_temp.read('2020-01-06 00:00+00', '2020-01-22 13:00+00') $$,
    $$ values ('weekly', '01-06 00', 8::bigint), ('weekly', '01-13 00', 8),
        ('daily', '01-20 00', 2), ('daily', '01-21 00', 1), ('hourly', '01-22 12', 1) $$,
    'the time zone of the session is of no matter'
);

-- In Berlin Sunday 2019-10-27 has 25 hours.
create temporary table autumn as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2019-10-27 12:00+00');
select perf.aggregate_performance_metrics();
update perf.retention set deleted_before = null;

select results_eq(
    $$ select * from pg_temp.read('2019-10-27 00:00+00', '2019-10-28 00:00+00') $$,
    $$ values ('daily', '10-27 00', 1::bigint) $$,
    'nor is a change to winter time'
);

create temporary table pending as
select perf.record_call('acme/two', 'chat', 1, call_timestamp => '2020-01-08 12:00+00');

select results_eq(
    $$ select * from pg_temp.read('2020-01-08 00:00+00', '2020-01-08 13:00+00') $$,
    $$ values ('hourly', '01-08 12', 1::bigint), ('hourly', '01-08 12', 1) $$,
    'calls not yet rolled up are added'
);

select is(
    (
        select sum(r.call_count)
        from perf_internal.read_metrics(
            array(
                select c.id from perf.model_tool_configs as c
                join perf.models as m on m.id = c.model_id
                where m.name = 'acme/two'
            ),
            '2020-01-06 00:00+00',
            '2020-01-27 00:00+00'
        ) as r
    ),
    1::numeric,
    'only the given configurations are read'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select is_empty(
    $$ select * from perf_internal.read_metrics(null, '2020-01-06', '2020-01-27') $$,
    'a stranger sees nothing'
);

select * from finish();
rollback;
