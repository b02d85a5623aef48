-- Both ranges are exact, because an hour, day or week that is partly before and partly after the
-- change would count for the wrong side.
create or replace function perf.compare_workflow_periods(
    workflow_id bigint,
    before_start timestamptz,
    before_end timestamptz,
    after_start timestamptz,
    after_end timestamptz,
    metrics text[] default null,
    min_jobs integer default 30,
    confidence double precision default 0.95,
    resolution_tier text default null,
    model_type text default null
)
returns table (
    metric text,
    unit text,
    before_value double precision,
    after_value double precision,
    before_jobs bigint,
    after_jobs bigint,
    compared_before_jobs bigint,
    compared_after_jobs bigint,
    compared_workers bigint,
    difference double precision,
    difference_low double precision,
    difference_high double precision,
    difference_unit text,
    p_value double precision,
    adjusted_p_value double precision,
    verdict text,
    note text,
    trade_off text,
    before_range_start timestamptz,
    before_range_end timestamptz,
    after_range_start timestamptz,
    after_range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_metrics text[];
    v_name text;
    v_series record;
    v_before record;
    v_after record;
    v_missing text;
    v_notes text[];
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(
        compare_workflow_periods.before_start, compare_workflow_periods.before_end
    );
    perform perf_internal.check_time_range(
        compare_workflow_periods.after_start, compare_workflow_periods.after_end
    );
    if compare_workflow_periods.after_start < compare_workflow_periods.before_end then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'after_start must not be before before_end, got %s and %s',
                compare_workflow_periods.after_start, compare_workflow_periods.before_end
            ),
            hint = 'A range is half-open, so both may be the same time.';
    end if;
    v_metrics := perf_internal.get_compared_metrics(compare_workflow_periods.metrics);
    v_name := perf_internal.get_workflow_name(compare_workflow_periods.workflow_id);
    -- Each series is there twice: as before, side 1, and as after, side 2.
    select
        coalesce(array_agg(k.id), '{}') as ids,
        array_agg(k.side) as sides,
        array_agg(k.stratum) as strata,
        array_agg(k.worker_id) as workers,
        array_agg(k.level) as levels
    into v_series
    from (
        select
            x.*,
            n.side,
            dense_rank() over (order by x.worker_id, x.resolution_tier, x.model_type) as stratum,
            dense_rank() over (order by x.resolution_tier, x.model_type) as level
        from perf_internal.get_job_kinds(
            workflow_ids => array[compare_workflow_periods.workflow_id],
            resolution_tier => compare_workflow_periods.resolution_tier,
            model_type => compare_workflow_periods.model_type
        ) as x
        cross join generate_series(1, 2) as n (side)
        -- A job that failed before a worker had it says nothing about workers.
        where x.worker_id is not null
    ) as k;
    select
        coalesce(min(c.range_start), compare_workflow_periods.before_start) as range_start,
        coalesce(max(c.range_end), compare_workflow_periods.before_start) as range_end
    into v_before
    from perf_internal.get_cover(
        'jobs',
        compare_workflow_periods.before_start,
        compare_workflow_periods.before_end,
        is_exact => true
    ) as c;
    select
        coalesce(min(c.range_start), compare_workflow_periods.after_end) as range_start,
        coalesce(max(c.range_end), compare_workflow_periods.after_end) as range_end
    into v_after
    from perf_internal.get_cover(
        'jobs',
        compare_workflow_periods.after_start,
        compare_workflow_periods.after_end,
        is_exact => true
    ) as c;
    v_missing := 'No job of the time has '
        || perf_internal.get_missing_kind(
            array[compare_workflow_periods.workflow_id],
            null,
            compare_workflow_periods.resolution_tier,
            compare_workflow_periods.model_type,
            'jobs',
            compare_workflow_periods.before_start,
            compare_workflow_periods.after_end,
            is_exact => true
        )
        || '.';
    v_notes := array(
        select case
            when s.counted_from = s.counted_until
            then format('Nothing is kept of the time %s.', s.side)
            else format(
                'Only %s to %s counts as %s: raw jobs or rollups of the rest are gone.',
                to_char(s.counted_from at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
                to_char(s.counted_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI UTC'),
                s.side
            )
        end
        from (
            values
                (
                    'before',
                    compare_workflow_periods.before_start,
                    compare_workflow_periods.before_end,
                    v_before.range_start,
                    v_before.range_end
                ),
                (
                    'after',
                    compare_workflow_periods.after_start,
                    compare_workflow_periods.after_end,
                    v_after.range_start,
                    v_after.range_end
                )
        ) as s (side, asked_from, asked_until, counted_from, counted_until)
        where s.asked_from < s.asked_until
            and (s.counted_from, s.counted_until) is distinct from (s.asked_from, s.asked_until)
        order by s.asked_from
    );
    return query
    select
        c.metric,
        c.unit,
        c.baseline_value,
        c.value,
        c.baseline_jobs,
        c.jobs,
        c.compared_baseline_jobs,
        c.compared_jobs,
        c.group_count,
        c.difference,
        c.difference_low,
        c.difference_high,
        c.difference_unit,
        c.p_value,
        c.adjusted_p_value,
        c.verdict,
        nullif(concat_ws(' ', variadic array[v_missing, c.note] || v_notes), ''),
        perf_internal.get_trade_off(
            v_name,
            'before',
            array_agg(c.metric) over w,
            array_agg(c.verdict) over w,
            array_agg(c.difference) over w,
            array_agg(c.difference_low) over w,
            array_agg(c.difference_high) over w
        ),
        v_before.range_start,
        v_before.range_end,
        v_after.range_start,
        v_after.range_end
    from perf_internal.compare_job_series(
        v_series.ids,
        2,
        v_series.sides,
        v_series.strata,
        v_series.workers,
        v_series.levels,
        v_metrics,
        compare_workflow_periods.after_start,
        compare_workflow_periods.after_end,
        compare_workflow_periods.before_start,
        compare_workflow_periods.before_end,
        compare_workflow_periods.min_jobs,
        compare_workflow_periods.confidence,
        is_exact => true
    ) as c
    -- Unless they are asked for, metrics that one of the two lacks are left out.
    where compare_workflow_periods.metrics is not null
        or least(c.baseline_jobs, c.jobs) > 0
        or c.metric in ('total_wall_time_ms', 'failure_rate')
    window w as (
        order by c.metric_number rows between unbounded preceding and unbounded following
    )
    order by c.metric_number;
end
$$;

comment on function perf.compare_workflow_periods is
    'A workflow before and after a change, a row a metric, as perf.compare_workflows compares two workflows: jobs of one worker, resolution tier and model type, in percent of before. Whatever else changed between the two ranges is in the difference. Ranges are exact. Where retention has removed raw jobs, hours or days at an end of a range, it is shorter, never longer, and note says what counts. Errors: 22023 bad argument, or ranges that overlap, 42501 not an analyst, PT404 unknown workflow or metric.';

revoke execute on function perf.compare_workflow_periods from public;
grant execute on function perf.compare_workflow_periods
    to authenticated, service_role, perf_admin, perf_analyst;
