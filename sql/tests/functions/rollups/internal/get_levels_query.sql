begin;
select plan(7);

set local timezone = 'Asia/Kolkata';

-- Values 1 and 3, 5, 7 of three hours of one week, 2 at the start of the next; zeros; another series
-- and another metric.
create table pg_temp.hours (
    series_id uuid,
    time_bucket timestamptz,
    metric text,
    count bigint,
    sum float8,
    m2 float8,
    min float8,
    max float8,
    sketch numeric
);
insert into pg_temp.hours values
    ('30000000-0000-4000-8000-000000000001', '2020-01-06 00:00+00', 'size', 2, 4, 2, 1, 3,
        perf_internal.make_sketch('{0,111}')),
    ('30000000-0000-4000-8000-000000000001', '2020-01-06 23:00+00', 'size', 1, 5, 0, 5, 5,
        perf_internal.make_sketch('{162}')),
    ('30000000-0000-4000-8000-000000000001', '2020-01-12 23:00+00', 'size', 1, 7, 0, 7, 7,
        perf_internal.make_sketch('{196}')),
    ('30000000-0000-4000-8000-000000000001', '2020-01-13 00:00+00', 'size', 1, 2, 0, 2, 2,
        perf_internal.make_sketch('{70}')),
    ('30000000-0000-4000-8000-000000000001', '2020-01-12 23:00+00', 'zero', 3, 0, 0, 0, 0, null),
    ('30000000-0000-4000-8000-000000000002', '2020-01-12 23:00+00', 'size', 1, 9, 0, 9, 9,
        perf_internal.make_sketch('{221}'));

-- Dynamic because the query is a text.
create function pg_temp.get_levels(granularities text[] default '{hourly,daily,weekly}')
returns table (
    series text,
    granularity text,
    bucket text,
    metric text,
    count bigint,
    sum float8,
    m2 numeric,
    min float8,
    max float8,
    sketch numeric
)
language plpgsql
as $$
begin
    return query execute format(
        'select right(l.series_id::text, 1), l.granularity,
            to_char(l.time_bucket at time zone ''UTC'', ''DD HH24''), l.metric, l.count, l.sum,
            round(l.m2::numeric, 6), l.min, l.max, l.sketch
        from (%s) as l
        order by 1, 2, 3, 4',
        perf_internal.get_levels_query('select h.* from pg_temp.hours as h', granularities)
    );
end
$$;

-- Of 1, 3, 5 the mean is 3 and the squared differences are 4 + 0 + 4, of 1, 3, 5, 7 they are
-- 9 + 1 + 1 + 9.
select results_eq(
    $$ select granularity, bucket, count, sum, m2, min, max
       from pg_temp.get_levels()
       where series = '1' and metric = 'size' $$,
    $$ values
        ('daily', '06 00', 3::bigint, 9::float8, 8.0, 1::float8, 5::float8),
        ('daily', '12 00', 1, 7, 0, 7, 7),
        ('daily', '13 00', 1, 2, 0, 2, 2),
        ('hourly', '06 00', 2, 4, 2, 1, 3),
        ('hourly', '06 23', 1, 5, 0, 5, 5),
        ('hourly', '12 23', 1, 7, 0, 7, 7),
        ('hourly', '13 00', 1, 2, 0, 2, 2),
        ('weekly', '06 00', 4, 16, 20, 1, 7),
        ('weekly', '13 00', 1, 2, 0, 2, 2) $$,
    'hours add up to days of UTC, and to weeks from Monday'
);

select is(
    (
        select sketch
        from pg_temp.get_levels()
        where (series, metric, granularity, bucket) = ('1', 'size', 'weekly', '06 00')
    ),
    perf_internal.make_sketch('{0,111,162,196}'),
    'with their sketches'
);

select results_eq(
    $$ select granularity, count, sum, sketch from pg_temp.get_levels() where metric = 'zero' $$,
    $$ values ('daily', 3::bigint, 0::float8, null::numeric), ('hourly', 3, 0, null),
        ('weekly', 3, 0, null) $$,
    'zeros have no sketch'
);

select results_eq(
    $$ select granularity, count, sum from pg_temp.get_levels() where series = '2' $$,
    $$ values ('daily', 1::bigint, 9::float8), ('hourly', 1, 9), ('weekly', 1, 9) $$,
    'each series is apart'
);

select results_eq(
    $$ select granularity, bucket, count
       from pg_temp.get_levels('{weekly}')
       where series = '1' and metric = 'size' $$,
    $$ values ('weekly', '06 00', 4::bigint), ('weekly', '13 00', 1) $$,
    'or some of them'
);

truncate pg_temp.hours;
select is_empty('select * from pg_temp.get_levels()', 'of nothing there is nothing');

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_levels_query('select 1') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
