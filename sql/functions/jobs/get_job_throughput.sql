create or replace function perf.get_job_throughput(
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    granularity text default 'daily',
    workflow_id bigint default null,
    worker_id bigint default null,
    max_rows integer default 1000,
    time_zone text default 'UTC'
)
returns table (
    time_bucket timestamptz,
    job_count bigint,
    failed_jobs bigint,
    frames bigint,
    gpu_hours double precision,
    wall_hours double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_granularity text;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    v_granularity := perf_internal.get_granularity(get_job_throughput.granularity);
    perform perf_internal.check_time_range(
        get_job_throughput.start_time, get_job_throughput.end_time
    );
    perform perf_internal.check_max_rows(get_job_throughput.max_rows);
    perform perf_internal.check_time_zone(get_job_throughput.time_zone);
    if get_job_throughput.workflow_id is not null then
        perform perf_internal.get_workflow_name(get_job_throughput.workflow_id);
    end if;
    if get_job_throughput.worker_id is not null then
        perform perf_internal.get_worker_name(get_job_throughput.worker_id);
    end if;
    return query
    select j.time_bucket, j.job_count, j.failed_jobs, j.frames, j.gpu_hours, j.wall_hours
    from perf_internal.read_jobs(
        array(
            select k.id
            from perf_internal.get_job_kinds(
                nullif(array[get_job_throughput.workflow_id], array[null::bigint]),
                nullif(array[get_job_throughput.worker_id], array[null::bigint])
            ) as k
        ),
        get_job_throughput.start_time,
        get_job_throughput.end_time,
        granularity => v_granularity,
        time_zone => get_job_throughput.time_zone,
        metrics => '{
            jobs, failed_jobs, successful_frame_count, total_gpu_time_ms, total_wall_time_ms
        }'
    ) as j
    order by 1
    limit get_job_throughput.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(
        get_job_throughput.max_rows, v_row_count, v_granularity
    );
end
$$;

comment on function perf.get_job_throughput is
    'How many jobs ended, by hour, day, week (from Monday) or calendar month (granularity: hourly, daily, weekly, monthly), for the buckets that start in the range and have jobs; of all, or of a workflow, or on a worker. Frames are those of successful jobs; hours are of all jobs. A day, week or month of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them. Errors: 22023 bad argument, or more than max_rows (at most 100000) buckets, 42501 not an analyst, PT404 unknown workflow or worker.';

revoke execute on function perf.get_job_throughput from public;
grant execute on function perf.get_job_throughput
    to authenticated, service_role, perf_admin, perf_analyst;
