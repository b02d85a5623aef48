create or replace function perf.get_workflow_ranking(
    metric text default null,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    min_jobs integer default 20,
    max_rows integer default 1000
)
returns table (
    rank bigint,
    workflow_id bigint,
    workflow text,
    ranking_metric text,
    unit text,
    better text,
    average double precision,
    average_low double precision,
    average_high double precision,
    job_count bigint,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- The first that any job has is taken for all workflows, so that a ranking is of one metric.
    v_metrics text[] := array['time_per_frame_ms', 'total_wall_time_ms'];
    v_series_ids uuid[];
    v_workflow_ids bigint[];
    v_group_numbers integer[];
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_workflow_ranking.max_rows);
    perform perf_internal.check_time_range(
        get_workflow_ranking.start_time, get_workflow_ranking.end_time
    );
    if get_workflow_ranking.min_jobs is null or get_workflow_ranking.min_jobs < 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'min_jobs must be at least 1, got '
                || coalesce(get_workflow_ranking.min_jobs::text, 'null');
    end if;
    if get_workflow_ranking.metric is not null then
        v_metrics := array[get_workflow_ranking.metric];
        if (perf_internal.get_job_metric(get_workflow_ranking.metric)).better is null then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = 'metric must be one of which lower or higher values are better, got '
                    || perf_internal.quote_value(get_workflow_ranking.metric),
                hint = 'select metric, better from perf.metrics where better is not null lists them.';
        end if;
    end if;
    select
        array_agg(k.id),
        array_agg(k.group_number),
        array_agg(distinct k.workflow_id order by k.workflow_id)
    into v_series_ids, v_group_numbers, v_workflow_ids
    from (
        select
            k.id,
            k.workflow_id,
            dense_rank() over (order by k.workflow_id)::integer as group_number
        from perf_internal.get_job_kinds() as k
    ) as k;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', get_workflow_ranking.start_time, get_workflow_ranking.end_time
    ) as c;
    return query
    select
        rank() over (
            order by case x.better when 'lower' then x.sum / x.count else -x.sum / x.count end
        ),
        f.id,
        f.name,
        x.name,
        x.unit,
        x.better,
        x.sum / x.count,
        i.low,
        i.high,
        x.count,
        v_cover.range_start,
        v_cover.range_end
    from (
        select n.name, n.position, min(n.position) over () as first_position, m.*, r.*
        from unnest(v_metrics) with ordinality as n (name, position)
        cross join lateral perf_internal.get_job_metric(n.name) as m
        join perf_internal.read_metrics(
            'jobs',
            array(
                select m.read_metric
                from unnest(v_metrics) as n (name)
                cross join lateral perf_internal.get_job_metric(n.name) as m
            ),
            v_series_ids,
            get_workflow_ranking.start_time,
            get_workflow_ranking.end_time,
            group_numbers => v_group_numbers,
            sketched_metrics => '{}'
        ) as r on r.metric = m.read_metric
    ) as x
    join perf.workflows as f on f.id = v_workflow_ids[x.group_number]
    cross join lateral perf_internal.get_average_interval(
        x.is_share, x.count, x.sum, x.m2
    ) as i
    where x.position = x.first_position
        and x.count >= get_workflow_ranking.min_jobs
    order by 1, f.name;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_workflow_ranking.max_rows, v_row_count);
end
$$;

comment on function perf.get_workflow_ranking is
    'Workflows by the average of a metric over the hours that start in a range, best first: perf.metrics says whether lower or higher is better. Without a metric it is time_per_frame_ms if any job has it, else total_wall_time_ms. Of successful jobs, unless the metric is a share such as failure_rate. Only workflows with at least min_jobs values are ranked; job_count is their number. average_low and average_high are the 95 % interval of the average, as if jobs were independent. Workflows whose jobs differ in size or machine are no fair race: perf.compare_workflows takes machines into account. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, or a metric without a direction, 42501 not an analyst, PT404 no such metric of jobs.';

revoke execute on function perf.get_workflow_ranking from public;
grant execute on function perf.get_workflow_ranking
    to authenticated, service_role, perf_admin, perf_analyst;
