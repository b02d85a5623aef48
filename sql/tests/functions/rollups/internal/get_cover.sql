begin;
select plan(77);

-- Messages show times as the session does.
set local datestyle = 'ISO';

-- Mondays of January 2020 are the 6th, 13th, 20th and 27th. Without an hour it is midnight.
create function pg_temp.cover(
    start_time text,
    end_time text,
    granularity text default null,
    is_exact boolean default false,
    time_zone text default 'UTC'
)
returns text
language sql
as $$
    select string_agg(
        replace(
            format(
                '%s %s to %s',
                c.level,
                to_char(c.range_start at time zone 'UTC', 'DD HH24:MI'),
                to_char(c.range_end at time zone 'UTC', 'DD HH24:MI')
            ),
            ' 00:00',
            ''
        ),
        ', ' order by c.range_start
    )
    from perf_internal.get_cover(
        'calls',
        ('2020-01-' || start_time || '+00')::timestamptz,
        ('2020-01-' || end_time || '+00')::timestamptz,
        granularity,
        is_exact,
        time_zone
    ) as c
$$;

create function pg_temp.delete_before(level text, deleted_before text)
returns void
language sql
as $$
    update perf.retention as t
    set deleted_before = ('2020-01-' || delete_before.deleted_before || '+00')::timestamptz
    where t.pipeline = 'calls'
        and t.level = delete_before.level
$$;

-- Days and weeks of time zones. In India a day starts at 18:30, and its first hour at 19:00.
select is(
    pg_temp.cover('06 18:30', '09 18:30', 'daily', time_zone => 'Asia/Kolkata'),
    'hourly 06 19:00 to 09 19:00',
    'days of a time zone are the hours that start in them'
);
select is(
    pg_temp.cover('06 19:00:00.000001', '09 19:00', 'daily', time_zone => 'Asia/Kolkata'),
    'hourly 07 19:00 to 09 19:00',
    'a day that starts before the range is not in it, nor one that starts with its end'
);
select is(
    pg_temp.cover('06 18:30', '09 19:00:00.000001', 'daily', time_zone => 'Asia/Kolkata'),
    'hourly 06 19:00 to 10 19:00',
    'one that starts in it counts whole'
);
select is(
    pg_temp.cover('06', '20', 'weekly', time_zone => 'Asia/Kolkata'),
    'hourly 12 19:00 to 26 19:00',
    'weeks too, from Monday'
);
select is(
    pg_temp.cover('06', '08', 'hourly', time_zone => 'Asia/Kolkata'),
    'hourly 06 to 08',
    'hours are those of UTC in every zone'
);
select is(
    pg_temp.cover('06 03:00', '08 12:00', time_zone => 'Asia/Kolkata'),
    pg_temp.cover('06 03:00', '08 12:00'),
    'so is a range without a granularity'
);
savepoint zones;
select pg_temp.delete_before('hourly', '08 00:00');
select is(
    pg_temp.cover('07 18:30', '09 18:30', 'daily', time_zone => 'UTC'),
    'daily 08 to 10',
    'days of UTC do not need hours'
);
-- As the function shows times.
set local timezone = 'UTC';
select throws_ok(
    $$ select pg_temp.cover('07 18:30', '09 18:30', 'daily', time_zone => 'Asia/Kolkata') $$,
    '22023',
    format(
        'start_time must not be before %s, from when hours are kept, got %s',
        timestamptz '2020-01-08 00:00+00',
        timestamptz '2020-01-07 18:30+00'
    ),
    'days of another zone do, and are refused where retention has removed them'
);
reset timezone;
select is(
    pg_temp.cover('08 18:30', '09 18:30', 'daily', time_zone => 'Asia/Kolkata'),
    'hourly 08 19:00 to 09 19:00',
    'the first day after them is whole'
);
rollback to zones;

-- Weeks, days, hours.
select is(pg_temp.cover('06', '27'), 'weekly 06 to 27', 'whole weeks come from weeks');
select is(pg_temp.cover('07', '09'), 'daily 07 to 09', 'whole days come from days');
select is(
    pg_temp.cover('08 10:00', '08 13:00'), 'hourly 08 10:00 to 08 13:00', 'hours come from hours'
);
select is(
    pg_temp.cover('03 05:00', '30 07:00'),
    'hourly 03 05:00 to 04, daily 04 to 06, weekly 06 to 27, daily 27 to 30, '
        || 'hourly 30 to 30 07:00',
    'weeks lie inside, days around them, hours at the edges'
);
select is(
    pg_temp.cover('06 10:00', '08 12:00'),
    'hourly 06 10:00 to 07, daily 07 to 08, hourly 08 to 08 12:00',
    'without a whole week days lie inside'
);
select is(
    pg_temp.cover('07', '14'), 'daily 07 to 14', 'seven days from Tuesday on are no whole week'
);
select is(
    pg_temp.cover('07', '20'), 'daily 07 to 13, weekly 13 to 20', 'days may be needed before only'
);
select is(
    pg_temp.cover('06', '22'), 'weekly 06 to 20, daily 20 to 22', 'or after only'
);
select is(
    pg_temp.cover('06', '20 03:00'),
    'weekly 06 to 20, hourly 20 to 20 03:00',
    'hours may follow a week'
);
select is(
    pg_temp.cover('12 21:00', '20'), 'hourly 12 21:00 to 13, weekly 13 to 20', 'or come before it'
);
select is(
    pg_temp.cover('12 21:00', '20 03:00'),
    'hourly 12 21:00 to 13, weekly 13 to 20, hourly 20 to 20 03:00',
    'or both'
);

-- Edges.
select is(
    pg_temp.cover('08 10:00', '08 12:00:00.000001'),
    'hourly 08 10:00 to 08 13:00',
    'an hour that starts in the range is in it whole'
);
select is(
    pg_temp.cover('08 10:00:00.000001', '08 12:00'),
    'hourly 08 11:00 to 08 12:00',
    'an hour that starts before the range is not in it'
);
select is(
    pg_temp.cover('08 23:00:00.000001', '09 23:00:00.000001'),
    'daily 09 to 10',
    'the last hour of a day completes the day'
);
select is(
    pg_temp.cover('08', '08 23:00'), 'hourly 08 to 08 23:00', 'without it there are 23 hours'
);
select is(
    pg_temp.cover('05 23:00:00.000001', '12 23:00:00.000001'),
    'weekly 06 to 13',
    'and that of a week the week'
);
select is(
    pg_temp.cover('08 22:00', '09 02:00'),
    'hourly 08 22:00 to 09 02:00',
    'hours may go past midnight'
);
select is(
    pg_temp.cover('12 22:00', '13 02:00'),
    'hourly 12 22:00 to 13 02:00',
    'also that to Monday'
);

-- Inside an hour.
select is(pg_temp.cover('08 10:15', '08 10:45'), null, 'no hour starts inside an hour');
select is(pg_temp.cover('08 10:15', '08 11:00'), null, 'nor before its end');
select is(
    pg_temp.cover('08 10:15', '08 11:00:00.000001'),
    'hourly 08 11:00 to 08 12:00',
    'the next one starts with its end'
);
select is(
    pg_temp.cover('08 10:00', '08 10:00:00.000001'),
    'hourly 08 10:00 to 08 11:00',
    'of an instant at its start it is the hour'
);
select is(pg_temp.cover('08 10:00', '08 10:00'), null, 'an empty range has no cover');
select is(pg_temp.cover('06', '06'), null, 'also one at the start of a week');

-- Every range of whole hours in two weeks, at steps of 5 and 7 hours.
select is_empty(
    $$ select w.start_time, w.end_time
       from (
           select s.start_time, e.end_time
           from generate_series(
               timestamptz '2020-01-04 00:00+00', '2020-01-18 00:00+00', '5 hours'
           ) as s (start_time)
           cross join generate_series(
               timestamptz '2020-01-04 00:00+00', '2020-01-18 00:00+00', '7 hours'
           ) as e (end_time)
           where s.start_time < e.end_time
       ) as w
       cross join lateral (
           select
               min(c.range_start) as first,
               max(c.range_end) as last,
               sum(c.range_end - c.range_start) as length,
               count(*) filter (where c.level = 'hourly') as hours,
               bool_and(
                   date_bin(perf_internal.get_width(c.level), c.range_start, '2001-01-01 00:00+00')
                       = c.range_start
                   and date_bin(perf_internal.get_width(c.level), c.range_end, '2001-01-01 00:00+00')
                       = c.range_end
               ) as is_whole
           from perf_internal.get_cover('calls', w.start_time, w.end_time) as c
       ) as c
       where not c.is_whole
           or c.hours > 2
           or (c.first, c.last, c.length)
               is distinct from (w.start_time, w.end_time, w.end_time - w.start_time) $$,
    'whole buckets cover every range from its start to its end, each part once'
);

-- Granularity.
select is(
    pg_temp.cover('06 10:30', '08 12:00', 'hourly'),
    'hourly 06 11:00 to 08 12:00',
    'with a granularity it is the buckets of that which start in the range: hours'
);
select is(pg_temp.cover('06 00:00:00.000001', '08', 'daily'), 'daily 07 to 08', 'days');
select is(pg_temp.cover('06', '08 00:00:00.000001', 'daily'), 'daily 06 to 09', 'to the last');
select is(
    pg_temp.cover('06', '20 00:00:00.000001', 'weekly'), 'weekly 06 to 27', 'weeks from Monday on'
);
select is(pg_temp.cover('07', '13', 'weekly'), 'weekly 13 to 13', 'none if no week starts in it');
select throws_ok(
    $$ select pg_temp.cover('06', '13', 'monthly') $$,
    '22023',
    'granularity must be hourly, daily or weekly, got "monthly"',
    'refuses another granularity'
);

-- Exact edges.
select is(
    pg_temp.cover('08 10:15', '08 12:45', null, true),
    'raw 08 10:15 to 08 11:00, hourly 08 11:00 to 08 12:00, raw 08 12:00 to 08 12:45',
    'exact, raw rows make the parts of hours at both ends'
);
select is(
    pg_temp.cover('08 10:00', '08 12:00', null, true),
    'hourly 08 10:00 to 08 12:00',
    'whole hours need none'
);
select is(
    pg_temp.cover('08 10:00', '08 12:00:00.000001', null, true),
    'hourly 08 10:00 to 08 12:00, raw 08 12:00 to 08 12:00',
    'a microsecond more is one of raw rows'
);
select is(
    pg_temp.cover('08 10:15', '08 12:00', null, true),
    'raw 08 10:15 to 08 11:00, hourly 08 11:00 to 08 12:00',
    'the start alone may need them'
);
select is(
    pg_temp.cover('08 10:00', '08 12:45', null, true),
    'hourly 08 10:00 to 08 12:00, raw 08 12:00 to 08 12:45',
    'or the end'
);
select is(
    pg_temp.cover('08 10:15', '08 10:45', null, true),
    'raw 08 10:15 to 08 10:45',
    'a range inside an hour is made of raw rows alone'
);
select is(
    pg_temp.cover('08 10:00', '08 10:45', null, true),
    'raw 08 10:00 to 08 10:45',
    'also from its start'
);
select is(
    pg_temp.cover('08 10:15', '08 11:00', null, true),
    'raw 08 10:15 to 08 11:00',
    'or to its end'
);
select is(
    pg_temp.cover('08 10:15', '08 11:30', null, true),
    'raw 08 10:15 to 08 11:00, raw 08 11:00 to 08 11:30',
    'so is one without a whole hour'
);
select is(
    pg_temp.cover('08 10:15', '08 10:15', null, true), null, 'an empty range needs nothing'
);
select is(
    pg_temp.cover('05 23:30', '14 00:30', null, true),
    'raw 05 23:30 to 06, weekly 06 to 13, daily 13 to 14, raw 14 to 14 00:30',
    'weeks and days lie inside as ever'
);

-- Retention has dropped the raw rows of the 8th.
savepoint whole;
insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes)
values ('calls', '2020-01-08 00:00+00', '2020-01-09 00:00+00', 1, 1);
select is(
    pg_temp.cover('08 10:15', '09 12:45', null, true),
    'hourly 08 11:00 to 09 12:00, raw 09 12:00 to 09 12:45',
    'where raw rows are gone the cover starts with the next whole hour'
);
select is(
    pg_temp.cover('07 10:15', '08 12:45', null, true),
    'raw 07 10:15 to 07 11:00, hourly 07 11:00 to 08 12:00',
    'or ends with the last'
);
select is(
    pg_temp.cover('07 23:15', '09 00:45', null, true),
    'raw 07 23:15 to 08, daily 08 to 09, raw 09 to 09 00:45',
    'up to the dropped day and from its end raw rows are there'
);
select is(
    pg_temp.cover('08 10:15', '08 10:45', null, true),
    null,
    'of a part of a lost hour nothing is left'
);
insert into perf_internal.pipelines
select 'other', p.raw_table, p.series_column, p.time_column, p.series_view, null, p.partition_width
from perf_internal.pipelines as p
where p.pipeline = 'calls';
update perf_internal.dropped_ranges set pipeline = 'other';
insert into perf.retention values ('other', 'hourly', '1 day', 'infinity');
select is(
    pg_temp.cover('08 10:15', '08 12:45', null, true),
    'raw 08 10:15 to 08 11:00, hourly 08 11:00 to 08 12:00, raw 08 12:00 to 08 12:45',
    'what another pipeline has lost is of no matter'
);
rollback to savepoint whole;

-- Retention has deleted hours before the 8th.
select pg_temp.delete_before('hourly', '08');
select is(
    pg_temp.cover('06 10:00', '10 12:00'),
    'daily 07 to 10, hourly 10 to 10 12:00',
    'where hours are gone the start moves to the next whole day'
);
select is(
    pg_temp.cover('08', '08 12:00'),
    'hourly 08 to 08 12:00',
    'from where they are kept it does not'
);
select is(
    pg_temp.cover('07 23:00:00.000001', '08 12:00'),
    'hourly 08 to 08 12:00',
    'nor for an hour that is not asked for'
);
select is(
    pg_temp.cover('06', '07 12:00'),
    'daily 06 to 08',
    'a last day without hours is in the range whole'
);
select is(
    pg_temp.cover('06', '07 12:00', null, true), 'daily 06 to 07', 'exact, it is not in it'
);
select is(
    pg_temp.cover('06 23:30', '07 00:30', null, true),
    'raw 06 23:30 to 07, raw 07 to 07 00:30',
    'parts of hours are as exact as ever'
);
select is(
    pg_temp.cover('06 10:15', '08 12:45', null, true),
    'daily 07 to 08, hourly 08 to 08 12:00, raw 08 12:00 to 08 12:45',
    'a part that is longer than an hour is left out'
);
select is(
    pg_temp.cover('06 10:00', '06 12:00'), null, 'a range inside a day without hours has no cover'
);
rollback to savepoint whole;

-- Retention has deleted hours before 06:00 of the 8th.
select pg_temp.delete_before('hourly', '08 06:00');
select is(
    pg_temp.cover('08 05:00:00.000001', '08 12:00'),
    'hourly 08 06:00 to 08 12:00',
    'of the first day that has hours, those left can be asked for'
);
select is(
    pg_temp.cover('06', '08 12:00'),
    'daily 06 to 09',
    'but a range that starts before has that day whole'
);
rollback to savepoint whole;

-- And days before noon of the 15th, a Wednesday.
select pg_temp.delete_before('hourly', '22');
select pg_temp.delete_before('daily', '15 12:00');
select is(
    pg_temp.cover('06', '22 13:00'),
    'weekly 06 to 20, daily 20 to 22, hourly 22 to 22 13:00',
    'weeks reach back to where days are gone'
);
select is(
    pg_temp.cover('07', '22'),
    'weekly 13 to 20, daily 20 to 22',
    'there the start moves to the next whole week'
);
select is(
    pg_temp.cover('15 00:00:00.000001', '19'), 'daily 16 to 19', 'days that are kept are read'
);
select is(
    pg_temp.cover('06', '15'), 'weekly 06 to 20', 'a last week without days is in the range whole'
);
select is(pg_temp.cover('06', '15', null, true), 'weekly 06 to 13', 'exact, it is not in it');
rollback to savepoint whole;

-- Days are kept shorter than hours.
select pg_temp.delete_before('daily', '15 12:00');
select is(
    pg_temp.cover('08 10:00', '22 13:00'),
    'hourly 08 10:00 to 13, weekly 13 to 20, daily 20 to 22, hourly 22 to 22 13:00',
    'where only days are gone, hours stand for them'
);
select is(
    pg_temp.cover('06', '15 13:00'),
    'weekly 06 to 13, hourly 13 to 15 13:00',
    'after a week too'
);
select is(
    pg_temp.cover('07', '12'), 'hourly 07 to 12', 'and without one'
);
rollback to savepoint whole;

-- Weeks are kept shorter than days.
select pg_temp.delete_before('weekly', '08');
select is(
    pg_temp.cover('06', '27'), 'daily 06 to 13, weekly 13 to 27', 'where weeks are gone, days do'
);

set local timezone = 'Asia/Kolkata';
select is(
    pg_temp.cover('12 21:00', '20 03:00'),
    'hourly 12 21:00 to 13, weekly 13 to 20, hourly 20 to 20 03:00',
    'the time zone of the session is of no matter'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf_internal.get_cover('calls', '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
