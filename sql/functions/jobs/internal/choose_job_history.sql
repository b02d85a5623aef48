create or replace function perf_internal.choose_job_history(
    workflow_id bigint,
    resolution_tier text,
    worker_id bigint,
    model_type text,
    metrics text[],
    min_jobs bigint,
    start_time timestamptz,
    end_time timestamptz
)
returns table (metric text, based_on text, job_count bigint, series_ids uuid[])
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_ids uuid[];
    v_levels integer[];
begin
    select
        array_agg(k.id),
        array_agg(
            case
                when (
                    (
                        k.resolution_tier = choose_job_history.resolution_tier
                        or choose_job_history.resolution_tier is null
                    ) and (
                        k.model_type = choose_job_history.model_type
                        or choose_job_history.model_type is null
                    )
                ) is not true then 3
                when k.worker_id = choose_job_history.worker_id then 1
                else 2
            end
        )
    into v_ids, v_levels
    from perf_internal.get_job_kinds(array[choose_job_history.workflow_id]) as k;
    return query
    with counts as (
        select r.metric, r.group_number as level, r.count
        from perf_internal.read_metrics(
            'jobs',
            choose_job_history.metrics,
            coalesce(v_ids, '{}'),
            choose_job_history.start_time,
            choose_job_history.end_time,
            group_numbers => coalesce(v_levels, '{}'),
            sketched_metrics => '{}',
            is_exact => true
        ) as r
    ),
    levels as (
        select
            m.metric,
            l.level,
            l.based_on,
            coalesce(sum(c.count), 0)::bigint as job_count
        from unnest(choose_job_history.metrics) as m (metric)
        cross join (
            values (1, 'worker'), (2, 'all workers'), (3, 'workflow')
        ) as l (level, based_on)
        left join counts as c on c.metric = m.metric and c.level <= l.level
        group by m.metric, l.level, l.based_on
    )
    select distinct on (l.metric)
        l.metric,
        case when l.job_count > 0 then l.based_on end,
        l.job_count,
        array(
            select s.id
            from unnest(v_ids, v_levels) as s (id, level)
            where s.level <= l.level
        )
    from levels as l
    -- The narrowest with enough jobs; if none has, the narrowest of those with the most.
    order by
        l.metric,
        l.job_count >= choose_job_history.min_jobs desc,
        case when l.job_count < choose_job_history.min_jobs then -l.job_count end,
        l.level;
end
$$;

comment on function perf_internal.choose_job_history is
    'For each metric the narrowest history of a workflow that has min_jobs values: that of a worker at a resolution tier with a model type, of all workers at them, or of the workflow; without one of these, the narrowest with the most.';

revoke execute on function perf_internal.choose_job_history from public;
grant execute on function perf_internal.choose_job_history
    to authenticated, service_role, perf_admin, perf_analyst;
