begin;
select plan(24);

create view pg_temp.stored
as
select r.granularity, r.metric, r.count, r.sum, round(r.m2::numeric, 4) as m2, r.min, r.max, r.p50,
    r.p95, r.p99, r.last_bin, r.sketch, r.created_at
from perf_internal.rollups as r
where r.series_id = '30000000-0000-4000-8000-000000000001'
    and r.time_bucket = '2020-01-06 00:00+00';

create function pg_temp.add(
    granularity text,
    metric text,
    count bigint,
    sum float8,
    m2 float8,
    min float8,
    max float8,
    bins integer[]
)
returns void
language sql
as $$
    select perf_internal.add_to_rollups(format(
        'select ''30000000-0000-4000-8000-000000000001''::uuid as series_id, %L as granularity,
            timestamptz ''2020-01-06 00:00+00'' as time_bucket, %L as metric, %L::bigint as count,
            %L::float8 as sum, %L::float8 as m2, %L::float8 as min, %L::float8 as max,
            %L::numeric as sketch',
        granularity, metric, count, sum, m2, min, max, perf_internal.make_sketch(bins)
    ))
$$;

-- Many series at once, in the order of the key, so that they are written while others are still looked
-- up. The table is empty, and nothing is known of its rows.
create function pg_temp.count_read_entries()
returns bigint
language sql
as $$
    select sum(pg_stat_get_xact_tuples_returned(i.indexrelid))::bigint
    from pg_index as i
    where i.indrelid = 'perf_internal.rollups'::regclass
$$;
select perf_internal.add_to_rollups(
    'select g.series_id, ''hourly'' as granularity, l.time_bucket, m.name as metric,
        1::bigint as count, 5::float8 as sum, 0::float8 as m2, 5::float8 as min, 5::float8 as max,
        null::numeric as sketch
    from (select gen_random_uuid() as series_id from generate_series(1, 500)) as g
    cross join (values (''length''), (''size'')) as m (name)
    cross join (
        values (timestamptz ''2020-01-06 00:00+00''), (''2020-01-06 01:00+00'')
    ) as l (time_bucket)
    order by 1, 2, 3, 4'
);
select cmp_ok(
    pg_temp.count_read_entries(),
    '<',
    20000::bigint,
    'a run reads entries of indexes in proportion to its rows'
);
delete from perf_internal.rollups;

-- 100 has bin 463.
select pg_temp.add('hourly', 'size', 1, 100, 0, 100, 100, '{463}');
select results_eq(
    $$ select granularity, metric, count, sum, m2, min, max from pg_temp.stored $$,
    $$ values ('hourly', 'size', 1::bigint, 100::float8, 0.0, 100::float8, 100::float8) $$,
    'adds what was not there'
);
select results_eq(
    'select p50, p95, p99 from pg_temp.stored',
    'values (100::float8, 100::float8, 100::float8)',
    'the percentiles of a single value are that value exactly'
);
select results_eq(
    'select last_bin, sketch from pg_temp.stored',
    'values (463::smallint, 1::numeric)',
    'its sketch is stored without the zeros at its end'
);

-- 300 has bin 574. Of 100 and 300 the mean is 200, the squared differences are 20000, the 95th
-- percentile is 290, the 99th 298.
select pg_temp.add('hourly', 'size', 1, 300, 0, 300, 300, '{574}');
select results_eq(
    $$ select granularity, metric, count, sum, m2, min, max from pg_temp.stored $$,
    $$ values ('hourly', 'size', 2::bigint, 400::float8, 20000.0, 100::float8, 300::float8) $$,
    'adds to what is there'
);
select results_eq(
    $$ select abs(p50 / 200 - 1) <= 0.005, abs(p95 / 290 - 1) <= 0.005, abs(p99 / 298 - 1) <= 0.005
       from pg_temp.stored $$,
    'values (true, true, true)',
    'percentiles too'
);
select results_eq(
    'select last_bin, sketch * perf_internal.get_sketch_unit(last_bin) from pg_temp.stored',
    $$ values (574::smallint, perf_internal.make_sketch('{463,574}')) $$,
    'and the sketch, also where a higher bin comes last'
);

-- 10 and 20 have bins 232 and 302. Of 10, 20, 100, 300 the mean is 107.5; the squared differences are
-- 9506.25 + 7656.25 + 56.25 + 37056.25.
select pg_temp.add('hourly', 'size', 2, 30, 50, 10, 20, '{232,302}');
select results_eq(
    'select count, sum, m2, min, max, last_bin from pg_temp.stored',
    $$ values (4::bigint, 430::float8, 54275.0, 10::float8, 300::float8, 574::smallint) $$,
    'several at once, of lower bins'
);
select is(
    (select sketch * perf_internal.get_sketch_unit(last_bin) from pg_temp.stored),
    perf_internal.make_sketch('{463,574,232,302}'),
    'are counted in the sketch'
);

-- Four zeros more: the median of 0 0 0 0 10 20 100 300 is 5.
select pg_temp.add('hourly', 'size', 4, 0, 0, 0, 0, null);
select results_eq(
    $$ select count, sum, min, max, abs(p50 / 5 - 1) <= 0.005, last_bin,
           sketch * perf_internal.get_sketch_unit(last_bin)
       from pg_temp.stored $$,
    $$ values (8::bigint, 430::float8, 0::float8, 300::float8, true, 574::smallint,
        perf_internal.make_sketch('{463,574,232,302}')) $$,
    'zeros count, and change no sketch'
);

select pg_temp.add('hourly', 'size', 10000, 3000000, 0, 300, 300, array_fill(574, '{10000}'));
select results_eq(
    'select count, last_bin, sketch * perf_internal.get_sketch_unit(last_bin) from pg_temp.stored',
    $$ values (10008::bigint, 574::smallint,
        perf_internal.make_sketch('{463,574,232,302}') + 10000 * perf_internal.make_sketch('{574}')) $$,
    'a count that ends in zeros is kept whole'
);

select pg_temp.add('hourly', 'zero', 2, 0, 0, 0, 0, null);
select results_eq(
    $$ select count, sum, p50, p95, p99, last_bin, sketch
       from pg_temp.stored
       where metric = 'zero' $$,
    $$ values (2::bigint, 0::float8, 0::float8, 0::float8, 0::float8, null::smallint,
        null::numeric) $$,
    'of zeros alone there is no sketch'
);
select pg_temp.add('hourly', 'zero', 1, 100, 0, 100, 100, '{463}');
select results_eq(
    $$ select count, sum, p50, last_bin, sketch from pg_temp.stored where metric = 'zero' $$,
    'values (3::bigint, 100::float8, 0::float8, 463::smallint, 1::numeric)',
    'until another value comes'
);

select pg_temp.add('daily', 'size', 1, 7, 0, 7, 7, '{196}');
select results_eq(
    'select granularity, metric, count from pg_temp.stored order by 1, 2',
    $$ values ('daily', 'size', 1::bigint), ('hourly', 'size', 10008), ('hourly', 'zero', 3) $$,
    'levels and metrics are apart'
);

select perf_internal.add_to_rollups(
    'select ''30000000-0000-4000-8000-000000000001''::uuid as series_id, g.name as granularity,
        timestamptz ''2020-01-06 00:00+00'' as time_bucket, m.name as metric, 1::bigint as count,
        5::float8 as sum, 0::float8 as m2, 5::float8 as min, 5::float8 as max,
        perf_internal.make_sketch(''{162}'') as sketch
    from (values (''daily''), (''weekly'')) as g (name)
    cross join (values (''size''), (''weight'')) as m (name)'
);
select results_eq(
    $$ select granularity, metric, count
       from pg_temp.stored
       where granularity <> 'hourly'
       order by 1, 2 $$,
    $$ values ('daily', 'size', 2::bigint), ('daily', 'weight', 1), ('weekly', 'size', 1),
        ('weekly', 'weight', 1) $$,
    'one query may add to some and begin others'
);

select lives_ok(
    $$ select perf_internal.add_to_rollups(
           'select null::uuid as series_id, null::text as granularity,
               null::timestamptz as time_bucket, null::text as metric, 1::bigint as count,
               0::float8 as sum, 0::float8 as m2, 0::float8 as min, 0::float8 as max,
               null::numeric as sketch
           where false'
       ) $$,
    'a query without rows adds none'
);
select is(
    (select count(*) from perf_internal.rollups), 6::bigint, 'and changes none'
);

-- Buckets that are not over.
delete from perf_internal.rollups;
create function pg_temp.add_until(as_of timestamptz)
returns void
language sql
as $$
    select perf_internal.add_to_rollups(
        'select ''30000000-0000-4000-8000-000000000001''::uuid as series_id, g.name as granularity,
            timestamptz ''2020-01-06 00:00+00'' as time_bucket, ''size'' as metric,
            1::bigint as count, 100::float8 as sum, 0::float8 as m2, 100::float8 as min,
            100::float8 as max, perf_internal.make_sketch(''{463}'') as sketch
        from unnest(''{hourly,daily,weekly}''::text[]) as g (name)',
        add_until.as_of
    )
$$;
select pg_temp.add_until('2020-01-06 00:59:59.999999+00');
select results_eq(
    'select granularity, count, p50, p95, p99 from pg_temp.stored order by 1',
    $$ values
        ('daily', 1::bigint, null::float8, null::float8, null::float8),
        ('hourly', 1, null, null, null),
        ('weekly', 1, null, null, null) $$,
    'a bucket that is not over has no percentiles yet'
);
select pg_temp.add_until('2020-01-06 01:00+00');
select results_eq(
    'select granularity, count, p50, p95, p99 from pg_temp.stored order by 1',
    $$ values
        ('daily', 2::bigint, null::float8, null::float8, null::float8),
        ('hourly', 2, 100, 100, 100),
        ('weekly', 2, null, null, null) $$,
    'once it is over it has them'
);
select pg_temp.add_until('2020-01-13 00:00+00');
select results_eq(
    'select granularity, count, p50, p95, p99 from pg_temp.stored order by 1',
    $$ values
        ('daily', 3::bigint, 100::float8, 100::float8, 100::float8),
        ('hourly', 3, 100, 100, 100),
        ('weekly', 3, 100, 100, 100) $$,
    'a day after its end, and a week after Sunday'
);

select is(
    (select min(created_at) from pg_temp.stored), now(), 'rows say when they were made'
);

create function pg_temp.get_plan(query text)
returns text
language plpgsql
as $$
declare
    v_plan jsonb;
begin
    execute 'explain (format json, costs off) ' || get_plan.query into v_plan;
    return v_plan;
end
$$;
alter table perf_internal.rollups drop constraint rollups_pkey;
set local enable_seqscan = off;
set local enable_hashjoin = off;
set local enable_mergejoin = off;
select unalike(
    pg_temp.get_plan(
        'select o.count
        from (
            select r.series_id, r.granularity, r.time_bucket, r.metric
            from perf_internal.rollups as r
            offset 0
        ) as a
        left join perf_internal.rollups as o
            on o.series_id = a.series_id
            and o.granularity = a.granularity
            and o.time_bucket = a.time_bucket
            and o.metric = a.metric'
    ),
    '%Index Name%',
    'a row is looked up by the index of the key or by none'
);
select alike(
    pg_temp.get_plan(
        'select r.count
        from perf_internal.rollups as r
        where r.granularity = ''hourly''
            and r.time_bucket >= ''2020-01-06''
            and r.time_bucket < ''2020-01-07'''
    ),
    '%rollups_granularity_time_bucket_idx%',
    'a range of times is found by an index'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.add_to_rollups('select 1') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
