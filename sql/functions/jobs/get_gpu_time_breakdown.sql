create or replace function perf.get_gpu_time_breakdown(
    workflow_id bigint,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now()
)
returns table (
    dimension text,
    item text,
    job_count bigint,
    gpu_hours double precision,
    share double precision,
    avg_gpu_time_ms double precision,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_series_ids uuid[];
    v_cover record;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.get_workflow_name(get_gpu_time_breakdown.workflow_id);
    perform perf_internal.check_time_range(
        get_gpu_time_breakdown.start_time, get_gpu_time_breakdown.end_time
    );
    v_series_ids := array(
        select k.id
        from perf_internal.get_job_kinds(array[get_gpu_time_breakdown.workflow_id]) as k
    );
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', get_gpu_time_breakdown.start_time, get_gpu_time_breakdown.end_time
    ) as c;
    return query
    select
        d.dimension,
        d.item,
        sum(r.count)::bigint,
        sum(r.sum) / 3600000,
        sum(r.sum) / nullif(sum(sum(r.sum)) over (partition by d.dimension), 0),
        sum(r.sum) / sum(r.count)::float8,
        v_cover.range_start,
        v_cover.range_end
    from perf_internal.read_metrics(
        'jobs',
        '{total_gpu_time_ms}',
        v_series_ids,
        get_gpu_time_breakdown.start_time,
        get_gpu_time_breakdown.end_time,
        group_numbers => array(select i from generate_series(1, cardinality(v_series_ids)) as i),
        sketched_metrics => '{}'
    ) as r
    join perf_internal.job_kinds as k on k.id = v_series_ids[r.group_number]
    left join perf.workers as w on w.id = k.worker_id
    cross join lateral (
        values
            ('worker', w.name),
            ('resolution_tier', k.resolution_tier),
            ('model_type', k.model_type)
    ) as d (dimension, item)
    group by 1, 2
    order by 1, 4 desc, 2;
end
$$;

comment on function perf.get_gpu_time_breakdown is
    'Where the GPU time of a workflow went in the hours that start in a range: by worker, by resolution_tier and by model_type (dimension), most first. All jobs count, also failed ones, if they have a GPU time; share is of all GPU time, 0 to 1, and adds up to 1 in each dimension. An item is null where jobs have none. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such workflow.';

revoke execute on function perf.get_gpu_time_breakdown from public;
grant execute on function perf.get_gpu_time_breakdown
    to authenticated, service_role, perf_admin, perf_analyst;
