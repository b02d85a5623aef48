-- security definer: no API role may write a rollup; the caller is checked first. Pending rows are
-- rolled up first, and only rows that are rolled up are counted here. A row that commits in
-- between waits for the next run.
--
-- The weeks of the range are first made of their days outside the range. Adding the range then
-- completes hours, days and weeks.
create or replace function perf_internal.rebuild_performance_metrics(
    start_time timestamptz,
    end_time timestamptz,
    pipeline text
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    v_pipeline perf_internal.pipelines;
    v_metrics text[];
    v_start timestamptz;
    v_end timestamptz;
    v_first_week timestamptz;
    v_end_week timestamptz;
    v_condition text;
    v_uncovered timestamptz;
    v_deleted_before timestamptz;
    v_rows bigint;
begin
    perform perf_internal.require_role('admin');
    v_pipeline := perf_internal.get_pipeline(rebuild_performance_metrics.pipeline);
    perform perf_internal.check_time_range(
        rebuild_performance_metrics.start_time, rebuild_performance_metrics.end_time
    );
    v_start := date_bin(
        '1 day', rebuild_performance_metrics.start_time, '2001-01-01 00:00+00'
    );
    v_end := date_bin(
        '1 day',
        rebuild_performance_metrics.end_time + interval '1 day' - interval '1 microsecond',
        '2001-01-01 00:00+00'
    );
    v_first_week := date_bin('7 days', v_start, '2001-01-01 00:00+00');
    v_end_week := date_bin(
        '7 days', v_end + interval '7 days' - interval '1 microsecond', '2001-01-01 00:00+00'
    );
    v_condition := format(
        'not %1$s and r.%2$I >= %3$L and r.%2$I < %4$L',
        perf_internal.get_pending_condition(rebuild_performance_metrics.pipeline),
        v_pipeline.time_column,
        v_start,
        v_end
    );
    perform perf_internal.roll_up(rebuild_performance_metrics.pipeline);
    perform perf_internal.require_last_run(rebuild_performance_metrics.pipeline);
    -- After it, so that all names that it counted are among them.
    v_metrics := array(
        select m.metric
        from perf.metrics as m
        where m.pipeline = rebuild_performance_metrics.pipeline
    );
    -- Raw rows cover a day unless retention removed some of them, or rollups have rows and raw has
    -- none.
    execute format(
        'select min(d.time_bucket)
        from perf_internal.rollups as d
        where d.granularity = ''daily''
            and d.metric = any($3)
            and d.time_bucket > ''-infinity''
            and d.time_bucket >= $1
            and d.time_bucket < $2
            and d.time_bucket <> all(array(
                select distinct date_bin(''1 day'', r.%2$I, ''2001-01-01 00:00+00'')
                from %1$s as r
                where r.%2$I >= $1
                    and r.%2$I < $2
            ))',
        v_pipeline.raw_table,
        v_pipeline.time_column
    )
    into v_uncovered
    using v_start, v_end, v_metrics;
    select min(u.day)
    into v_uncovered
    from (
        select v_uncovered as day
        union all
        select greatest(x.range_start, v_start)
        from perf_internal.dropped_ranges as x
        where x.pipeline = rebuild_performance_metrics.pipeline
            and x.range_start < v_end
            and x.range_end > v_start
        union all
        select v_start
        from perf.retention as t
        where t.pipeline = rebuild_performance_metrics.pipeline
            and t.level = 'daily'
            and t.deleted_before > v_first_week
    ) as u;
    if v_uncovered is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'start_time and end_time must be covered by raw rows, but %s is not',
                (v_uncovered at time zone 'UTC')::date
            ),
            hint = 'Retention has removed rows of that day. Their rollups stay as they are.';
    end if;
    delete from perf_internal.rollups as r
    where r.metric = any(v_metrics)
        and r.time_bucket > '-infinity'
        and (
            (
                r.granularity in ('hourly', 'daily')
                and r.time_bucket >= v_start
                and r.time_bucket < v_end
            )
            or (
                r.granularity = 'weekly'
                and r.time_bucket >= v_first_week
                and r.time_bucket < v_end_week
            )
        );
    perform perf_internal.add_to_rollups(perf_internal.get_levels_query(
        format(
            'select d.series_id, d.time_bucket, d.metric, d.count, d.sum, d.m2, d.min, d.max,
                d.sketch * perf_internal.get_sketch_unit(d.last_bin) as sketch
            from perf_internal.rollups as d
            where d.granularity = ''daily''
                and d.metric = any(%L::text[])
                and d.time_bucket >= %L
                and d.time_bucket < %L',
            v_metrics,
            v_first_week,
            v_end_week
        ),
        '{weekly}'
    ), clock_timestamp());
    execute format('select count(*) from %s as r where %s', v_pipeline.raw_table, v_condition)
    into v_rows;
    perform perf_internal.add_to_rollups(perf_internal.get_levels_query(
        perf_internal.get_summary_query(rebuild_performance_metrics.pipeline, v_condition)
    ), clock_timestamp());
    -- Hours that retention has removed stay away. Raw rows may be kept longer than hours.
    select t.deleted_before
    into v_deleted_before
    from perf.retention as t
    where t.pipeline = rebuild_performance_metrics.pipeline
        and t.level = 'hourly';
    delete from perf_internal.rollups as r
    where r.granularity = 'hourly'
        and r.metric = any(v_metrics)
        and r.time_bucket > '-infinity'
        and r.time_bucket >= v_start
        and r.time_bucket < v_end
        and r.time_bucket < v_deleted_before;
    -- So that the next run waits until this is over on every machine, see require_last_run().
    update perf_internal.rollup_state as s
    set run_id = txid_current()
    where s.pipeline = rebuild_performance_metrics.pipeline;
    return v_rows;
end
$$;

comment on function perf_internal.rebuild_performance_metrics is 'Does the work of perf.rebuild_performance_metrics().';

revoke execute on function perf_internal.rebuild_performance_metrics from public;
grant execute on function perf_internal.rebuild_performance_metrics
    to authenticated, service_role, perf_admin;
