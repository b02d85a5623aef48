create or replace function perf.get_performance_overview(
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    metric text default null,
    min_jobs integer default 20,
    max_workflows integer default 5,
    granularity text default null,
    max_rows integer default 1000
)
returns table (
    job_count bigint,
    failed_jobs bigint,
    failure_rate double precision,
    failure_rate_low double precision,
    failure_rate_high double precision,
    gpu_hours double precision,
    wall_hours double precision,
    frames bigint,
    avg_time_per_frame_ms double precision,
    p50_time_per_frame_ms double precision,
    p95_time_per_frame_ms double precision,
    p99_time_per_frame_ms double precision,
    avg_vram_peak_mb double precision,
    max_vram_peak_mb double precision,
    avg_quality_rating double precision,
    ranking_metric text,
    ranked_workflows bigint,
    best_workflows jsonb,
    worst_workflows jsonb,
    throughput_granularity text,
    throughput jsonb,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Times in the jsonb columns.
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_length interval;
    v_granularity text;
    v_jobs record;
    v_metric text;
    v_ranking record;
    v_throughput jsonb;
    v_cover record;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(
        get_performance_overview.start_time, get_performance_overview.end_time
    );
    if get_performance_overview.max_workflows between 1 and 1000 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'max_workflows must be between 1 and 1000, got '
                || coalesce(get_performance_overview.max_workflows::text, 'null');
    end if;
    v_length := get_performance_overview.end_time - get_performance_overview.start_time;
    v_granularity := perf_internal.get_granularity(coalesce(
        get_performance_overview.granularity,
        case
            when v_length <= interval '3 days' then 'hourly'
            when v_length <= interval '100 days' then 'daily'
            when v_length <= interval '700 days' then 'weekly'
            else 'monthly'
        end
    ));
    select j.*, i.low, i.high
    into v_jobs
    from perf_internal.read_jobs(
        array(select k.id from perf_internal.get_job_kinds() as k),
        get_performance_overview.start_time,
        get_performance_overview.end_time,
        has_percentiles => true,
        metrics => '{
            jobs, failed_jobs, total_gpu_time_ms, total_wall_time_ms, vram_peak_mb,
            successful_frame_count, successful_time_per_frame_ms, successful_vram_peak_mb,
            successful_quality_rating
        }'
    ) as j
    cross join lateral perf.get_wilson_interval(j.failed_jobs, j.job_count) as i;
    v_metric := coalesce(
        get_performance_overview.metric,
        case
            when v_jobs.avg_time_per_frame_ms is null then 'total_wall_time_ms'
            else 'time_per_frame_ms'
        end
    );
    -- With few workflows one half of them is the best and one half the worst.
    select
        count(*) as workflow_count,
        jsonb_agg(w.shown order by w.position) filter (
            where w.position <= least(
                get_performance_overview.max_workflows, (w.workflow_count + 1) / 2
            )
        ) as best,
        jsonb_agg(w.shown order by w.position desc) filter (
            where w.position > w.workflow_count - least(
                get_performance_overview.max_workflows, w.workflow_count / 2
            )
        ) as worst
    into v_ranking
    from (
        select
            row_number() over (order by r.rank, r.workflow) as position,
            count(*) over () as workflow_count,
            jsonb_build_object(
                'rank', r.rank,
                'workflow_id', r.workflow_id,
                'workflow', r.workflow,
                'average', r.average,
                'average_low', r.average_low,
                'average_high', r.average_high,
                'job_count', r.job_count
            ) as shown
        from perf.get_workflow_ranking(
            v_metric,
            get_performance_overview.start_time,
            get_performance_overview.end_time,
            get_performance_overview.min_jobs,
            max_rows => 100000
        ) as r
    ) as w;
    select jsonb_agg(to_jsonb(t) order by t.time_bucket)
    into v_throughput
    from perf.get_job_throughput(
        get_performance_overview.start_time,
        get_performance_overview.end_time,
        v_granularity,
        max_rows => get_performance_overview.max_rows
    ) as t;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', get_performance_overview.start_time, get_performance_overview.end_time
    ) as c;
    return query
    select
        coalesce(v_jobs.job_count, 0),
        coalesce(v_jobs.failed_jobs, 0),
        v_jobs.failed_jobs::float8 / v_jobs.job_count,
        v_jobs.low,
        v_jobs.high,
        v_jobs.gpu_hours,
        v_jobs.wall_hours,
        v_jobs.frames,
        v_jobs.avg_time_per_frame_ms,
        v_jobs.times_per_frame_ms[1],
        v_jobs.times_per_frame_ms[2],
        v_jobs.times_per_frame_ms[3],
        v_jobs.avg_vram_peak_mb,
        v_jobs.max_vram_peak_mb,
        v_jobs.avg_quality_rating,
        v_metric,
        v_ranking.workflow_count,
        coalesce(v_ranking.best, '[]'),
        coalesce(v_ranking.worst, '[]'),
        v_granularity,
        coalesce(v_throughput, '[]'),
        v_cover.range_start,
        v_cover.range_end;
end
$$;

comment on function perf.get_performance_overview is
    'One row about all jobs that ended in the hours that start in a range. Job counts, GPU and wall hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages, percentiles (within 0.5 %) and frames are of successful jobs; each job weighs the same in avg_time_per_frame_ms. failure_rate has its 95 % interval (Wilson). best_workflows and worst_workflows are the ends of perf.get_workflow_ranking(metric, start_time, end_time, min_jobs), at most max_workflows each and none in both; without a metric it is time_per_frame_ms if any job has it, else total_wall_time_ms; ranked_workflows had enough jobs. throughput is perf.get_job_throughput() by granularity: for the buckets that start in the range, which may begin and end at other times than the hours of the other columns. Without a granularity it is hourly up to 3 days, daily up to 100, weekly up to 700, then monthly. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, a metric without a direction, or more than max_rows buckets, 42501 not an analyst, PT404 no such metric of jobs.';

revoke execute on function perf.get_performance_overview from public;
grant execute on function perf.get_performance_overview
    to authenticated, service_role, perf_admin, perf_analyst;
