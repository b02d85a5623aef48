-- The caller holds lock_rollup(), so no other session writes a rollup row between reading and
-- writing it. One statement writes all levels, so that a machine that holds some of the series can
-- run it alone. For the same reason its on conflict part names plain columns only.
--
-- Percentiles take most of the time, and those of a bucket that is not over change with every run.
-- So they stay null, and reading functions compute them. complete_buckets() stores them later.
create or replace function perf_internal.add_to_rollups(
    added_query text,
    as_of timestamptz default now()
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set work_mem = '128MB'
set jit = off
set enable_seqscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
begin
    execute format(
        'insert into perf_internal.rollups as t (
    series_id, granularity, time_bucket, metric,
    count, sum, m2, min, max, p50, p95, p99, last_bin, sketch
)
select
    s.series_id,
    s.granularity,
    s.time_bucket,
    s.metric,
    s.count,
    s.sum,
    s.m2,
    s.min,
    s.max,
    p.percentiles[1],
    p.percentiles[2],
    p.percentiles[3],
    p.last_bin,
    div(s.sketch, perf_internal.get_sketch_unit(p.last_bin))
from (
    select
        a.series_id,
        a.granularity,
        a.time_bucket,
        a.metric,
        a.count + coalesce(o.count, 0) as count,
        a.sum + coalesce(o.sum, 0) as sum,
        a.m2 + coalesce(
            o.m2 + (a.sum / a.count - o.sum / o.count) ^ 2
                * (a.count::float8 * o.count / (a.count + o.count)),
            0
        ) as m2,
        least(a.min, o.min) as min,
        greatest(a.max, o.max) as max,
        k.sketch
    from (
%s
    ) as a
    left join perf_internal.rollups as o
        on o.series_id = a.series_id
        and o.granularity = a.granularity
        and o.time_bucket = a.time_bucket
        and o.metric = a.metric
    -- offset 0 makes PostgreSQL compute this once and not wherever it is used.
    cross join lateral (
        select
            coalesce(
                a.sketch + o.sketch * perf_internal.get_sketch_unit(o.last_bin),
                a.sketch,
                o.sketch * perf_internal.get_sketch_unit(o.last_bin)
            ) as sketch
        offset 0
    ) as k
) as s
cross join lateral (
    select
        case
            -- Not "case s.granularity when", which Citus writes wrongly into the texts for workers.
            when s.time_bucket < case
                when s.granularity = ''hourly'' then %L::timestamptz
                when s.granularity = ''daily'' then %L
                else %L
            end
            -- Zeros have no sketch. Other values without one are of a metric without sketches.
            and (s.sketch is not null or (s.min = 0 and s.max = 0))
            then perf_internal.get_sketch_percentiles(
                s.sketch, s.count, minimum => s.min, maximum => s.max
            )
        end as percentiles,
        perf_internal.get_last_bin(s.sketch) as last_bin
    offset 0
) as p
-- In this order, because rows that are read together then lie together.
order by 1, 2, 3, 4
on conflict (series_id, granularity, time_bucket, metric) do update
set count = excluded.count,
    sum = excluded.sum,
    m2 = excluded.m2,
    min = excluded.min,
    max = excluded.max,
    p50 = excluded.p50,
    p95 = excluded.p95,
    p99 = excluded.p99,
    last_bin = excluded.last_bin,
    sketch = excluded.sketch',
        add_to_rollups.added_query,
        date_bin('1 hour', add_to_rollups.as_of, '2001-01-01 00:00+00'),
        date_bin('1 day', add_to_rollups.as_of, '2001-01-01 00:00+00'),
        date_bin('7 days', add_to_rollups.as_of, '2001-01-01 00:00+00')
    );
end
$$;

comment on function perf_internal.add_to_rollups is
    'Adds the rows of a query, as perf_internal.get_levels_query() makes them, to the rollups; percentiles where a bucket is over as of a time.';

revoke execute on function perf_internal.add_to_rollups from public;
