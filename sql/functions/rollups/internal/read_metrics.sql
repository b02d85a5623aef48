-- Stable, so that all statements see one snapshot. The first finds raw rows that no run has read
-- yet. Mostly they are few and new, so the second can take the buckets before them as they are.
-- Dynamic SQL, because each pipeline has its own raw table.
create or replace function perf_internal.read_metrics(
    pipeline text,
    metrics text[],
    series_ids uuid[],
    start_time timestamptz,
    end_time timestamptz,
    granularity text default null,
    group_numbers integer[] default null,
    percentiles double precision[] default '{0.5,0.95,0.99}',
    sketched_metrics text[] default null,
    is_exact boolean default false,
    time_zone text default 'UTC'
)
returns table (
    group_number integer,
    metric text,
    time_bucket timestamptz,
    count bigint,
    sum double precision,
    m2 double precision,
    min double precision,
    max double precision,
    percentile_values double precision[],
    sketch numeric
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
set enable_seqscan = off
set enable_sort = off
set enable_nestloop = off
set work_mem = '64MB'
set max_parallel_workers_per_gather = 0
as $$
declare
    v_group_numbers integer[] := coalesce(
        read_metrics.group_numbers,
        array_fill(1, array[coalesce(cardinality(read_metrics.series_ids), 0)])
    );
    v_pending_from timestamptz;
    v_is_direct boolean;
begin
    perform perf_internal.check_origin();
    -- The policies show no series and no pipeline to a caller who may not read.
    if coalesce(cardinality(read_metrics.series_ids), 0) = 0 then
        return;
    end if;
    -- Citus refuses conditions that no row meets.
    if read_metrics.metrics = '{}' and perf_internal.is_distributed() then
        return;
    end if;
    v_pending_from := perf_internal.get_pending_start(
        read_metrics.pipeline,
        read_metrics.start_time,
        -- The last bucket may end up to a week after the range, and weeks of a time zone have up to
        -- two hours more.
        read_metrics.end_time + interval '8 days',
        read_metrics.series_ids
    );
    v_is_direct := v_pending_from > '-infinity'
        and (read_metrics.granularity = 'hourly' or read_metrics.time_zone = 'UTC')
        and read_metrics.granularity is not null
        and coalesce(read_metrics.percentiles = '{0.5,0.95,0.99}', false)
        and (
            select count(*) = count(distinct n) from unnest(v_group_numbers) as n
        )
        and not exists (
            select 1
            from perf.metrics as m
            where m.metric = any(read_metrics.metrics)
                and m.kind in ('difference', 'share')
        );
    return query execute
        perf_internal.get_read_query(
            read_metrics.pipeline,
            read_metrics.metrics,
            read_metrics.start_time,
            read_metrics.end_time,
            read_metrics.granularity,
            read_metrics.sketched_metrics,
            read_metrics.is_exact,
            v_is_direct,
            v_pending_from,
            read_metrics.time_zone
        )
    using read_metrics.series_ids, v_group_numbers, read_metrics.percentiles;
end
$$;

comment on function perf_internal.read_metrics is
    'Sums of metrics of series over a time range, with what no run has read yet: by group (one, or as group_numbers says of each series), metric and, with a granularity, the buckets that start in the range (days and weeks of a time zone). Percentiles are of sketched_metrics, or of all, and null where percentiles is null; the sketch too, where rows were added up. m2 is null where only rounding errors are left of it: where values vary by less than 3e-7 of their size, or successful rows are what remains after failed ones that were far larger. Without a granularity the range is made of whole hours that start in it; with is_exact, parts of hours come from raw rows where those are kept. Errors: PT409 while a restore is under way, PT404 no such pipeline, 22023 bad granularity or percentile.';

revoke execute on function perf_internal.read_metrics from public;
grant execute on function perf_internal.read_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
