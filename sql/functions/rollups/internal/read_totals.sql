-- The lean sister of perf_internal.read_metrics(): a year of 200 series in a fifth of the time, because
-- it reads no extremes and sketches, and adds up rows of a series before it looks for its group.
-- pending_from is for callers that read several ranges: then they look for rows that no run has read
-- once. is_most is for those who ask for most series of a pipeline: to look at others in vain costs less
-- than to look each row's series up.
--
-- Dynamic SQL, because each pipeline has its own raw table.
create or replace function perf_internal.read_totals(
    pipeline text,
    metrics text[],
    series_ids uuid[],
    start_time timestamptz,
    end_time timestamptz,
    granularity text default null,
    group_numbers integer[] default null,
    time_zone text default 'UTC',
    pending_from timestamptz default '-infinity',
    is_most boolean default false
)
returns table (
    group_number integer,
    metric text,
    time_bucket timestamptz,
    count bigint,
    sum double precision
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
#variable_conflict use_column
declare
    v_time_column text;
    v_bucket text;
    v_cover text;
    v_pending text;
    -- From nine elements on, PostgreSQL looks values up in a hash table.
    v_metrics text[] := read_totals.metrics || array_fill(''::text, '{9}');
begin
    perform perf_internal.check_origin();
    if coalesce(cardinality(read_totals.series_ids), 0) = 0 then
        return;
    end if;
    v_time_column := (perf_internal.get_pipeline(read_totals.pipeline)).time_column;
    v_bucket := case
        when read_totals.granularity is null then null
        when read_totals.time_zone <> 'UTC' and read_totals.granularity <> 'hourly'
            then format(
                'perf_internal.get_zone_bucket(%%s.time_bucket, %L, %L)',
                read_totals.granularity,
                read_totals.time_zone
            )
        else format(
            'date_bin(%L, %%s.time_bucket, ''2001-01-01 00:00+00'')',
            perf_internal.get_width(read_totals.granularity)
        )
    end;
    select
        string_agg(
            format(
                '(r.granularity = %L and r.time_bucket >= %L and r.time_bucket < %L)',
                c.level, c.range_start, c.range_end
            ),
            ' or '
        ),
        format(
            'r.%1$I >= %2$L and r.%1$I < %3$L',
            v_time_column,
            greatest(min(c.range_start), read_totals.pending_from),
            max(c.range_end)
        )
    into v_cover, v_pending
    from perf_internal.get_cover(
        read_totals.pipeline,
        read_totals.start_time,
        read_totals.end_time,
        read_totals.granularity,
        time_zone => read_totals.time_zone
    ) as c
    where c.range_start < c.range_end;
    if v_cover is null then
        return;
    end if;
    return query execute format(
        'select
            g.group_number,
            y.metric,
            y.time_bucket,
            sum(y.count)::bigint,
            sum(y.sum)
        from (
            select
                r.series_id,
                r.metric,
                sum(r.count::float8) as count,
                sum(r.sum) as sum,
                %1$s as time_bucket
            from perf_internal.rollups as r
            where %5$s
                -- "is true" is no condition of an index, see perf_internal.get_read_query().
                (r.metric = any(%2$L::text[])) is true
                and (%3$s)
            group by r.series_id, r.metric%6$s
            %4$s
        ) as y
        -- As in perf_internal.get_read_query().
        join (select unnest($1) as series_id, unnest($2) as group_number) as g
            on g.series_id = y.series_id
        group by 1, 2, 3',
        coalesce(format(v_bucket, 'r'), 'null::timestamptz'),
        v_metrics,
        v_cover,
        case
            when read_totals.pending_from < 'infinity' then format(
                'union all
                select q.series_id, q.metric, q.count, q.sum, %s
                from (%s) as q',
                coalesce(format(v_bucket, 'q'), 'null::timestamptz'),
                perf_internal.get_summary_query(
                    read_totals.pipeline,
                    format(
                        'r.%I = any($1) and %s and %s',
                        (perf_internal.get_pipeline(read_totals.pipeline)).series_column,
                        perf_internal.get_pending_condition(read_totals.pipeline),
                        v_pending
                    ),
                    read_totals.metrics,
                    '{}'::text[]
                )
            )
        end,
        case when not read_totals.is_most then 'r.series_id = any($1) and' end,
        ', ' || format(v_bucket, 'r')
    )
    using
        read_totals.series_ids,
        coalesce(
            read_totals.group_numbers, array_fill(1, array[cardinality(read_totals.series_ids)])
        );
end
$$;

comment on function perf_internal.read_totals is
    'Counts and sums of stored metrics (not of shares and differences) of series over a time range, with what no run has read yet: by group (one, or as group_numbers says of each series), metric and, with a granularity, the buckets that start in the range. Without a granularity the range is made of whole hours that start in it. Rows that no run has read are looked for from pending_from on; infinity: there are none. Errors: PT409 while a restore is under way, PT404 no such pipeline, 22023 bad granularity.';

revoke execute on function perf_internal.read_totals from public;
grant execute on function perf_internal.read_totals
    to authenticated, service_role, perf_admin, perf_analyst;
