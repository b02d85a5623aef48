create or replace function perf_internal.measure_type(
    model_type text,
    start_time timestamptz,
    end_time timestamptz,
    confidence double precision default 0.95,
    outcome text default 'all',
    source text default 'calls'
)
returns table (
    metric text,
    value double precision,
    low double precision,
    high double precision,
    call_count bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_prefix text := perf_internal.get_outcome_prefix(measure_type.outcome);
begin
    if measure_type.source <> 'calls' then
        -- As in all reports of jobs.
        v_prefix := 'successful_';
    end if;
    return query
    with wanted as (
        select
            m.*,
            case when m.is_share then '' else v_prefix end || m.source_metric as read_metric
        from perf_internal.get_config_metrics() with ordinality as m
        where m.source = measure_type.source
    )
    select
        c.metric,
        v.value,
        -- The mean of what is never negative is not either.
        coalesce(i.low, w.low, case when r.min >= 0 and s.low < 0 then 0 else s.low end),
        coalesce(i.high, w.high, s.high),
        coalesce(r.count, 0)
    from wanted as c
    left join perf_internal.read_metrics(
        measure_type.source,
        array(select distinct k.read_metric from wanted as k),
        array(
            -- By columns, because finding 1,000 of 5,000 series by their labels takes 80 ms.
            select k.id
            from perf.models as m
            join perf.model_tool_configs as k on k.model_id = m.id
            where measure_type.source = 'calls'
                and m.model_type = measure_type.model_type
            union all
            select k.id
            from perf_internal.get_job_kinds(model_type => measure_type.model_type) as k
            where measure_type.source = 'jobs'
        ),
        measure_type.start_time,
        greatest(measure_type.start_time, measure_type.end_time),
        sketched_metrics => array(
            select distinct k.read_metric from wanted as k where k.percentile is not null
        ),
        is_exact => true
    ) as r on r.metric = c.read_metric
    cross join lateral (
        select case
            when c.percentile is null then r.sum / nullif(r.count, 0)
            else r.percentile_values[array_position('{0.5,0.95,0.99}', c.percentile)]
        end as value
    ) as v
    left join lateral perf_internal.get_sketch_interval(
        r.sketch, r.count, c.percentile, measure_type.confidence
    ) as i on c.percentile is not null
    -- A sum of other metrics would be refused as more successes than trials.
    left join lateral perf.get_wilson_interval(
        case when c.is_share then r.sum::bigint end, r.count, measure_type.confidence
    ) as w on true
    left join lateral perf.get_mean_interval(
        r.count, v.value, r.m2, measure_type.confidence
    ) as s on c.percentile is null and not c.is_share
    order by c.ordinality;
end
$$;

comment on function perf_internal.measure_type is
    'Every metric of get_config_metrics() of the calls or the jobs (source) of a model type over a range, with its confidence interval and the calls or jobs that it is of; null where there are too few. Rates are of all. The rest is of all, successful or failed calls (outcome), and of successful jobs. Parts of hours come from raw rows, where those are kept. Errors: 22023 bad outcome, PT409 while a restore is under way.';

revoke execute on function perf_internal.measure_type from public;
grant execute on function perf_internal.measure_type
    to authenticated, service_role, perf_admin, perf_analyst;
