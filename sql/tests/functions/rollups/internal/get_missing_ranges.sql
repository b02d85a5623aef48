begin;
select plan(16);

create function pg_temp.days(as_of timestamptz, days_ahead integer)
returns text
language sql
as $$
    select string_agg(
        to_char(d.range_start at time zone 'UTC', 'MM-DD'), ' ' order by d.range_start
    )
    from perf_internal.get_missing_ranges('calls', as_of, days_ahead) as d
$$;

select is(pg_temp.days('2020-01-06 12:00+00', 2), '01-06 01-07 01-08', 'today and the days ahead');
select is(pg_temp.days('2020-01-06 00:00+00', 0), '01-06', 'or only today');
select is(pg_temp.days('2020-01-06 23:59:59.999999+00', 0), '01-06', 'a day is one of UTC');

set local timezone = 'Asia/Tokyo';
select is(pg_temp.days('2020-01-06 23:59+00', 0), '01-06', 'whatever the zone of the session');
select is(
    (
        select d.range_end
        from perf_internal.get_missing_ranges('calls', '2020-01-06 12:00+00', 0) as d
    ),
    '2020-01-07 00:00+00',
    'it ends where the next begins'
);
set local timezone = 'UTC';

insert into perf_internal.raw_partitions (partition_name, pipeline, range_start, range_end)
values ('some', 'calls', '2020-01-07 00:00+00', '2020-01-08 00:00+00');
select is(pg_temp.days('2020-01-06 12:00+00', 2), '01-06 01-08', 'not days that have a partition');

-- Seven days before the 6th is the 30th.
create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (
    values
        (timestamptz '2019-12-29 23:59:59.999999+00'),
        ('2019-12-30 00:00+00'),
        ('2020-01-03 10:00+00'),
        ('2020-01-07 10:00+00')
) as c (d);
select is(
    pg_temp.days('2020-01-06 12:00+00', 0),
    '12-30 01-03 01-06',
    'also days of rows in the default partition that retention still keeps'
);

update perf.retention set keep = null where pipeline = 'calls' and level = 'raw';
select is(
    pg_temp.days('2020-01-06 12:00+00', 0),
    '12-01 01-03 01-06',
    'of all rows where it keeps them for ever: months, but days in a month that has a day'
);
update perf.retention set keep = '90 days' where pipeline = 'calls' and level = 'raw';
select is(
    pg_temp.days('2020-01-06 12:00+00', 0), '12-29 12-30 01-03 01-06', 'days up to 90 days'
);
update perf.retention set keep = '91 days' where pipeline = 'calls' and level = 'raw';
select is(
    pg_temp.days('2020-01-31 12:00+00', 1),
    '12-01 01-03 01-31 02-01',
    'months from then on, ahead too'
);
select results_eq(
    $$ select to_char(m.range_start at time zone 'UTC', 'MM-DD')
       from perf_internal.get_missing_ranges('calls', '2020-01-06 12:00+00', 2, 3) as m $$,
    array['01-06', '01-08', '01-03'],
    'no more than were asked for: the next first, then the newest'
);
select is(pg_temp.days(null, 0), null, 'null has none');

delete from perf_internal.raw_partitions;
update perf_internal.pipelines as p set partition_width = '1 month' where p.pipeline = 'calls';
select results_eq(
    $$ select *
       from perf_internal.get_missing_ranges('calls', '2020-01-31 12:00+00', 1)
       order by 1 $$,
    $$ values
        (timestamptz '2019-12-01 00:00+00', timestamptz '2020-01-01 00:00+00'),
        ('2020-01-01 00:00+00', '2020-02-01 00:00+00'),
        ('2020-02-01 00:00+00', '2020-03-01 00:00+00') $$,
    'or months, up to that of the last day ahead'
);
select is(pg_temp.days('2020-01-30 12:00+00', 1), '12-01 01-01', 'not one more');

select throws_ok(
    $$ select * from perf_internal.get_missing_ranges('other', '2020-01-06', 0) $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

set local role anon;
select throws_ok(
    $$ select * from perf_internal.get_missing_ranges('calls', '2020-01-06', 0) $$,
    '42501',
    null,
    'anon may not ask'
);

select * from finish();
rollback;
