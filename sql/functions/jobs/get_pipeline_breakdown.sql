create or replace function perf.get_pipeline_breakdown(
    workflow_id bigint,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    worker_id bigint default null,
    max_rows integer default 1000
)
returns table (
    stage text,
    job_count bigint,
    share_of_jobs double precision,
    total_ms double precision,
    share_of_stages double precision,
    share_of_wall_time double precision,
    avg_ms double precision,
    p50_ms double precision,
    p95_ms double precision,
    p99_ms double precision,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_stages text[];
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_pipeline_breakdown.max_rows);
    perform perf_internal.get_workflow_name(get_pipeline_breakdown.workflow_id);
    if get_pipeline_breakdown.worker_id is not null then
        perform perf_internal.get_worker_name(get_pipeline_breakdown.worker_id);
    end if;
    perform perf_internal.check_time_range(
        get_pipeline_breakdown.start_time, get_pipeline_breakdown.end_time
    );
    v_stages := array(
        select 'successful_' || m.metric
        from perf.metrics as m
        where m.pipeline = 'jobs'
            and m.kind = 'named'
            and m.metric like 'stage.%'
    );
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', get_pipeline_breakdown.start_time, get_pipeline_breakdown.end_time
    ) as c;
    return query
    select
        substr(x.metric, length('successful_stage.') + 1),
        x.count,
        x.count / x.jobs::float8,
        x.sum,
        x.sum / nullif(sum(x.sum) over (), 0),
        x.sum / nullif(x.wall_time, 0),
        x.sum / x.count,
        x.percentile_values[1],
        x.percentile_values[2],
        x.percentile_values[3],
        v_cover.range_start,
        v_cover.range_end
    from (
        select
            r.*,
            max(r.count) filter (where r.metric = 'successful_jobs') over () as jobs,
            max(r.sum) filter (where r.metric = 'successful_total_wall_time_ms') over ()
                as wall_time
        from perf_internal.read_metrics(
            'jobs',
            v_stages || '{successful_jobs,successful_total_wall_time_ms}'::text[],
            array(
                select k.id
                from perf_internal.get_job_kinds(
                    array[get_pipeline_breakdown.workflow_id],
                    nullif(array[get_pipeline_breakdown.worker_id], array[null::bigint])
                ) as k
            ),
            get_pipeline_breakdown.start_time,
            get_pipeline_breakdown.end_time,
            sketched_metrics => v_stages
        ) as r
    ) as x
    where x.metric = any(v_stages)
    order by 4 desc, 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_pipeline_breakdown.max_rows, v_row_count);
end
$$;

comment on function perf.get_pipeline_breakdown is
    'Where successful jobs of a workflow spend their time: one row a pipeline stage, most time first, of all workers or of one, over the hours that start in a range. A stage that a job has more than once is added up. Shares are from 0 to 1: share_of_jobs is how many of the jobs have the stage, share_of_stages adds up to 1, and share_of_wall_time is of the time from start to end of all successful jobs, also of those that tell no stages. It is more than 1 together where stages run side by side, and less where time is in no stage. Percentiles of a stage''s time in a job are within 0.5 %. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such workflow or worker.';

revoke execute on function perf.get_pipeline_breakdown from public;
grant execute on function perf.get_pipeline_breakdown
    to authenticated, service_role, perf_admin, perf_analyst;
