begin;
select plan(10);

select is(
    perf_internal.get_cover_start('calls', '2020-01-08 10:20+00'),
    '2020-01-08 11:00+00'::timestamptz,
    'the next whole hour'
);
select is(
    perf_internal.get_cover_start('calls', '2020-01-08 10:00+00'),
    '2020-01-08 10:00+00'::timestamptz,
    'or the hour itself'
);

update perf.retention as t
set deleted_before = '2020-01-08 12:00+00'
where t.pipeline = 'calls' and t.level = 'hourly';
select is(
    perf_internal.get_cover_start('calls', '2020-01-08 10:00+00'),
    '2020-01-09 00:00+00'::timestamptz,
    'the next day, where hours are gone'
);
select is(
    perf_internal.get_cover_start('calls', '2020-01-08 15:00+00'),
    '2020-01-09 00:00+00'::timestamptz,
    'also on the day of which some hours are gone'
);
select is(
    perf_internal.get_cover_start('calls', '2020-01-08 00:00+00'),
    '2020-01-08 00:00+00'::timestamptz,
    'or the day itself'
);
select is(
    perf_internal.get_cover_start('calls', '2020-01-09 01:00+00'),
    '2020-01-09 01:00+00'::timestamptz,
    'and hours after it'
);

update perf.retention as t
set deleted_before = '2020-01-07 12:00+00'
where t.pipeline = 'calls' and t.level = 'daily';
select is(
    perf_internal.get_cover_start('calls', '2020-01-05 10:00+00'),
    '2020-01-06 00:00+00'::timestamptz,
    'the next week, where days are gone'
);
select is(
    perf_internal.get_cover_start('calls', '2020-01-10 10:00+00'),
    '2020-01-13 00:00+00'::timestamptz,
    'also in the week of which some days are gone'
);
select is(
    perf_internal.get_cover_start('calls', '2020-01-13 10:00+00'),
    '2020-01-13 10:00+00'::timestamptz,
    'and hours after it'
);

-- Parts of a range that are cut there have no gap and nothing in common.
select is_empty(
    $$ select h.at, s.cut
       from generate_series(
           timestamptz '2020-01-01 00:00+00', '2020-01-20 00:00+00', '1 hour'
       ) as h (at)
       cross join lateral (select perf_internal.get_cover_start('calls', h.at)) as s (cut)
       cross join lateral (
           select max(c.range_end) as last
           from perf_internal.get_cover('calls', '2019-12-01 00:00+00', s.cut) as c
       ) as a
       cross join lateral (
           select min(c.range_start) as first
           from perf_internal.get_cover('calls', s.cut, '2020-03-01 00:00+00') as c
       ) as b
       where a.last <> s.cut or b.first <> s.cut $$,
    'both parts of a cover end and begin there'
);

select * from finish();
rollback;
