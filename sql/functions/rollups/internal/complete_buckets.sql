-- The caller holds lock_rollup(). A transaction that is killed changes nothing: reading functions
-- compute the percentiles that are missing.
create or replace function perf_internal.complete_buckets(
    pipeline text,
    since timestamptz,
    as_of timestamptz
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
    v_level record;
    v_rows bigint;
    v_all_rows bigint := 0;
    -- Not in the statement, because metrics and rollups may be on several machines.
    v_metrics text[] := array(
        select m.metric from perf.metrics as m where m.pipeline = complete_buckets.pipeline
    );
begin
    for v_level in
        select
            g.granularity,
            date_bin(w.width, complete_buckets.since, '2001-01-01 00:00+00') as range_start,
            date_bin(w.width, complete_buckets.as_of, '2001-01-01 00:00+00') as range_end
        from unnest('{hourly,daily,weekly}'::text[]) as g (granularity)
        cross join lateral (select perf_internal.get_width(g.granularity) as width) as w
    loop
        continue when coalesce(v_level.range_start >= v_level.range_end, true);
        update perf_internal.rollups as r
        set p50 = c.p50,
            p95 = c.p95,
            p99 = c.p99
        from (
            select
                o.series_id,
                o.granularity,
                o.time_bucket,
                o.metric,
                p.percentiles[1] as p50,
                p.percentiles[2] as p95,
                p.percentiles[3] as p99
            from perf_internal.rollups as o
            cross join lateral (
                select
                    perf_internal.get_sketch_percentiles(
                        o.sketch * perf_internal.get_sketch_unit(o.last_bin),
                        o.count,
                        minimum => o.min,
                        maximum => o.max
                    ) as percentiles
                offset 0
            ) as p
            where o.granularity = v_level.granularity
                and o.time_bucket > '-infinity'
                and o.time_bucket >= v_level.range_start
                and o.time_bucket < v_level.range_end
                and o.p50 is null
                and (o.sketch is not null or (o.min = 0 and o.max = 0))
                and (o.metric = any(v_metrics)) is true
        ) as c
        where r.series_id = c.series_id
            and r.granularity = c.granularity
            and r.time_bucket = c.time_bucket
            and r.metric = c.metric;
        get diagnostics v_rows = row_count;
        v_all_rows := v_all_rows + v_rows;
    end loop;
    return v_all_rows;
end
$$;

comment on function perf_internal.complete_buckets is
    'Stores the percentiles of the buckets that ended between two times. Returns the number of rows.';

revoke execute on function perf_internal.complete_buckets from public;
