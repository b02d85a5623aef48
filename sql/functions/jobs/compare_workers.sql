-- Each worker is compared with the first directly, on the kinds of jobs that both ran, and not by
-- way of a third worker. So the ranking does not depend on who had which jobs.
create or replace function perf.compare_workers(
    worker_ids bigint[],
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    metric text default null,
    min_jobs integer default 30,
    confidence double precision default 0.95,
    resolution_tier text default null,
    model_type text default null
)
returns table (
    rank bigint,
    worker_id bigint,
    worker text,
    hardware text,
    compared_metric text,
    unit text,
    value double precision,
    jobs bigint,
    baseline_id bigint,
    baseline text,
    compared_baseline_jobs bigint,
    compared_jobs bigint,
    compared_share double precision,
    compared_workflows bigint,
    difference double precision,
    difference_low double precision,
    difference_high double precision,
    difference_unit text,
    p_value double precision,
    adjusted_p_value double precision,
    verdict text,
    note text,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_names text[];
    v_metric text := compare_workers.metric;
    v_better text;
    v_series record;
    v_cover record;
    v_missing text;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(compare_workers.start_time, compare_workers.end_time);
    perform perf_internal.check_compared_ids('worker_ids', compare_workers.worker_ids);
    if v_metric is not null then
        perform perf_internal.get_compared_metrics(array[v_metric]);
    end if;
    v_names := array(
        select perf_internal.get_worker_name(u.id)
        from unnest(compare_workers.worker_ids) with ordinality as u (id, position)
        order by u.position
    );
    select
        coalesce(array_agg(k.id), '{}') as ids,
        array_agg(array_position(compare_workers.worker_ids, k.worker_id)) as sides,
        array_agg(k.stratum) as strata,
        array_agg(k.workflow_id) as workflows,
        array_agg(null::bigint) as levels
    into v_series
    from (
        select
            x.*,
            dense_rank() over (order by x.workflow_id, x.resolution_tier, x.model_type) as stratum
        from perf_internal.get_job_kinds(
            worker_ids => compare_workers.worker_ids,
            resolution_tier => compare_workers.resolution_tier,
            model_type => compare_workers.model_type
        ) as x
    ) as k;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', compare_workers.start_time, compare_workers.end_time
    ) as c;
    if v_metric is null then
        v_metric := case
            when (
                select count(*)
                from perf_internal.read_metrics(
                    'jobs',
                    '{successful_time_per_frame_ms}',
                    v_series.ids,
                    compare_workers.start_time,
                    compare_workers.end_time,
                    group_numbers => v_series.sides,
                    sketched_metrics => '{}'
                ) as r
            ) > 1
            then 'time_per_frame_ms'
            else 'total_wall_time_ms'
        end;
    end if;
    v_better := (select m.better from perf.metrics as m where m.metric = v_metric);
    v_missing := 'No job of the time has '
        || perf_internal.get_missing_kind(
            null,
            compare_workers.worker_ids,
            compare_workers.resolution_tier,
            compare_workers.model_type,
            'jobs',
            compare_workers.start_time,
            compare_workers.end_time
        )
        || '.';
    return query
    with compared as (
        select c.*
        from perf_internal.compare_job_series(
            v_series.ids,
            cardinality(compare_workers.worker_ids),
            v_series.sides,
            v_series.strata,
            v_series.workflows,
            v_series.levels,
            array[v_metric],
            compare_workers.start_time,
            compare_workers.end_time,
            compare_workers.start_time,
            compare_workers.end_time,
            compare_workers.min_jobs,
            compare_workers.confidence,
            'workflow'
        ) as c
    ),
    listed as (
        select
            c.side, c.unit, c.value, c.jobs, c.compared_baseline_jobs, c.compared_jobs,
            c.group_count, c.difference, c.difference_low, c.difference_high, c.difference_unit,
            c.p_value, c.adjusted_p_value, c.verdict,
            nullif(concat_ws(' ', v_missing, c.note), '') as note
        from compared as c
        union all
        -- The first worker is not different from itself.
        (
            select
                1, c.unit, c.baseline_value, c.baseline_jobs, null, null,
                null, 0, null, null, c.difference_unit,
                null, null, 'baseline', null
            from compared as c
            limit 1
        )
    )
    select
        case
            when l.difference is not null and v_better is not null
            then rank() over (
                order by case v_better when 'lower' then l.difference else -l.difference end
            )
        end,
        compare_workers.worker_ids[l.side],
        v_names[l.side],
        w.hardware,
        v_metric,
        l.unit,
        l.value,
        l.jobs,
        compare_workers.worker_ids[1],
        v_names[1],
        l.compared_baseline_jobs,
        l.compared_jobs,
        l.compared_jobs::float8 / nullif(l.jobs, 0),
        l.group_count,
        l.difference,
        l.difference_low,
        l.difference_high,
        l.difference_unit,
        l.p_value,
        l.adjusted_p_value,
        l.verdict,
        l.note,
        v_cover.range_start,
        v_cover.range_end
    from listed as l
    join perf.workers as w on w.id = compare_workers.worker_ids[l.side]
    order by 1 nulls last, l.side;
end
$$;

comment on function perf.compare_workers is
    'Workers by one metric (null: time_per_frame_ms, or total_wall_time_ms where that is not measured), best first, over the hours that start in a range. Each is compared with the first of worker_ids (verdict baseline) on jobs of the same workflow, resolution tier and model type, so a worker with easy jobs does not win: difference is in percent of the first (failure rate: points), and rank goes by it. compared_share is how many of the worker''s jobs could be compared. A worker with fewer than min_jobs such jobs has no rank, and note says why. value is the plain mean of all successful jobs. Verdicts go by adjusted_p_value, which is corrected over all workers. Errors: 22023 bad argument, 42501 not an analyst, PT404 unknown worker or metric.';

revoke execute on function perf.compare_workers from public;
grant execute on function perf.compare_workers
    to authenticated, service_role, perf_admin, perf_analyst;
