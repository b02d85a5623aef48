begin;
select plan(9);

create function pg_temp.days(as_of timestamptz, days_ahead integer)
returns text
language sql
as $$
    select string_agg(to_char(d.day, 'MM-DD'), ' ' order by d.day)
    from perf_internal.get_missing_days(as_of, days_ahead) as d
$$;

select is(
    pg_temp.days('2020-01-06 12:00+00', 2), '01-06 01-07 01-08', 'today and the days ahead'
);
select is(pg_temp.days('2020-01-06 00:00+00', 0), '01-06', 'or only today');
select is(pg_temp.days('2020-01-06 23:59:59.999999+00', 0), '01-06', 'a day is one of UTC');

set local timezone = 'Asia/Tokyo';
select is(pg_temp.days('2020-01-06 23:59+00', 0), '01-06', 'whatever the zone of the session');
set local timezone = 'UTC';

insert into perf_internal.raw_partitions (partition_name, day) values ('some', '2020-01-07');
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
    'also days of calls in the default partition that retention still keeps'
);

update perf.retention set keep = null where level = 'raw';
select is(
    pg_temp.days('2020-01-06 12:00+00', 0),
    '12-29 12-30 01-03 01-06',
    'of all calls where it keeps them for ever'
);
select is(pg_temp.days(null, 0), null, 'null has none');

set local role anon;
select throws_ok(
    $$ select * from perf_internal.get_missing_days('2020-01-06', 0) $$,
    '42501',
    null,
    'anon may not ask'
);

select * from finish();
rollback;
