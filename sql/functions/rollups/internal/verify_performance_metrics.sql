-- One statement reads raw rows, rollups and state, so it sees them by one snapshot, and runs and
-- writers at the same time make no difference. Volatile, so that the snapshot is newer than the
-- lock. With an older one, a partition that was dropped in between would be gone and not yet
-- listed as dropped. Dynamic SQL, because each pipeline has its own table.
create or replace function perf_internal.verify_performance_metrics(
    start_time timestamptz,
    end_time timestamptz,
    pipeline text
)
returns table (
    granularity text,
    time_bucket timestamptz,
    series_id uuid,
    metric text,
    expected_count bigint,
    rolled_up_count bigint,
    differs_in text[]
)
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
as $$
declare
    v_pipeline perf_internal.pipelines;
    v_start timestamptz;
    v_end timestamptz;
    v_actual constant text := 'select r.series_id, r.granularity, r.time_bucket, r.metric, r.count, r.sum,
            r.m2, r.min, r.max, r.sketch * perf_internal.get_sketch_unit(r.last_bin) as sketch
        from perf_internal.rollups as r
        where r.metric = any(array(select m.metric from perf.metrics as m where m.pipeline = $3))
            and r.time_bucket >= date_bin(''7 days'', $1, ''2001-01-01 00:00+00'')
            and r.time_bucket
                < date_bin(''7 days'', $2 + interval ''7 days'', ''2001-01-01 00:00+00'')';
begin
    v_pipeline := perf_internal.get_pipeline(verify_performance_metrics.pipeline);
    perform perf_internal.check_time_range(
        verify_performance_metrics.start_time, verify_performance_metrics.end_time
    );
    perform perf_internal.check_origin();
    v_start := date_bin('1 day', verify_performance_metrics.start_time, '2001-01-01 00:00+00');
    v_end := date_bin(
        '1 day',
        verify_performance_metrics.end_time + interval '1 day' - interval '1 microsecond',
        '2001-01-01 00:00+00'
    );
    execute format('lock table only %s in access share mode', v_pipeline.raw_table);
    return query execute format(
        'select c.granularity, c.time_bucket, c.series_id, c.metric, c.expected_count, c.rolled_up_count,
    c.differs_in
from (
    select
        series_id,
        granularity,
        time_bucket,
        metric,
        coalesce(e.count, 0) as expected_count,
        coalesce(a.count, 0) as rolled_up_count,
        array(
            select d.part
            from (
                values
                    (''count'', a.count is distinct from e.count),
                    -- The last digits of a sum depend on the order of its values. Values of both
                    -- signs are larger than their sum, by at most this root. Sums up to 1e-100 from
                    -- 0 are kept as 0, so what is smaller still depends on how many runs counted.
                    (
                        ''sum'',
                        coalesce(
                            abs(a.sum - e.sum) > 1e-90 + 1e-9 * (
                                greatest(abs(a.sum), abs(e.sum)) + case
                                    when e.min < 0 and e.max > 0 then sqrt(e.count * e.m2)
                                    else 0
                                end
                            ),
                            true
                        )
                    ),
                    (
                        ''deviation'',
                        coalesce(
                            abs(a.m2 - e.m2) > 1e-180
                                + 1e-6 * (greatest(a.m2, e.m2) + e.sum * e.sum / e.count),
                            true
                        )
                    ),
                    (''extremes'', (a.min, a.max) is distinct from (e.min, e.max)),
                    (''sketch'', a.sketch is distinct from e.sketch)
            ) as d (part, differs)
            where d.differs
        ) as differs_in
    from (
%s
union all
%s
    ) as e
    full join (
%s
    ) as a using (series_id, granularity, time_bucket, metric)
) as c
where c.differs_in <> ''{}''
    and c.time_bucket < $2
    and (
        c.time_bucket >= $1
        or (
            c.granularity = ''weekly''
            and c.time_bucket >= date_bin(''7 days'', $1, ''2001-01-01 00:00+00'')
        )
    )
    -- Each of these is read once, so that another machine need not have the tables.
    and c.time_bucket >= coalesce(
        case
            when c.granularity = ''hourly'' then (
                select t.deleted_before
                from perf.retention as t
                where t.pipeline = $3
                    and t.level = ''hourly''
            )
            when c.granularity = ''daily'' then (
                select t.deleted_before
                from perf.retention as t
                where t.pipeline = $3
                    and t.level = ''daily''
            )
            else (
                select max(t.deleted_before)
                from perf.retention as t
                where t.pipeline = $3
                    and t.level in (''daily'', ''weekly'')
            )
        end,
        ''-infinity''
    )
    and (
        c.granularity = ''weekly''
        or not coalesce(
            (
                select range_agg(tstzrange(x.range_start, x.range_end))
                from perf_internal.dropped_ranges as x
                where x.pipeline = $3
            ) @> c.time_bucket,
            false
        )
    )
order by 1, 2, 3, 4',
        perf_internal.get_levels_query(
            perf_internal.get_summary_query(
                verify_performance_metrics.pipeline,
                format(
                    'not %1$s and r.%2$I >= %3$L and r.%2$I < %4$L',
                    perf_internal.get_pending_condition(verify_performance_metrics.pipeline),
                    v_pipeline.time_column,
                    v_start,
                    v_end
                )
            ),
            '{hourly,daily}'
        ),
        perf_internal.get_levels_query(
            format('select d.* from (%s) as d where d.granularity = ''daily''', v_actual),
            '{weekly}'
        ),
        v_actual
    )
    using v_start, v_end, verify_performance_metrics.pipeline;
end
$$;

comment on function perf_internal.verify_performance_metrics is
    'What perf.verify_performance_metrics() returns, however many rows it is.';

revoke execute on function perf_internal.verify_performance_metrics from public;
grant execute on function perf_internal.verify_performance_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
