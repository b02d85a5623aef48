create or replace function perf_internal.measure_type(
    model_type text,
    start_time timestamptz,
    end_time timestamptz,
    confidence double precision default 0.95,
    outcome text default 'all'
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
    return query
    select
        c.metric,
        v.value,
        coalesce(i.low, w.low, s.low),
        coalesce(i.high, w.high, s.high),
        coalesce(r.count, 0)
    from perf_internal.get_config_metrics() with ordinality as c
    left join perf_internal.read_metrics(
        'calls',
        array(
            select distinct v_prefix || k.source_metric
            from perf_internal.get_config_metrics() as k
            where k.source_metric <> 'error_rate'
        ) || '{error_rate}'::text[],
        array(
            select k.id
            from perf.models as m
            join perf.model_tool_configs as k on k.model_id = m.id
            where m.model_type = measure_type.model_type
        ),
        measure_type.start_time,
        greatest(measure_type.start_time, measure_type.end_time),
        is_exact => true
    ) as r on r.metric = case c.source_metric
        when 'error_rate' then 'error_rate'
        else v_prefix || c.source_metric
    end
    cross join lateral (
        select case
            when c.percentile is null then r.sum / r.count
            else r.percentile_values[array_position('{0.5,0.95,0.99}', c.percentile)]
        end as value
    ) as v
    left join lateral perf_internal.get_sketch_interval(
        r.sketch, r.count, c.percentile, measure_type.confidence
    ) as i on c.percentile is not null
    -- A sum of other metrics would be refused as more successes than trials.
    left join lateral perf.get_wilson_interval(
        case when c.metric = 'error_rate' then r.sum::bigint end, r.count, measure_type.confidence
    ) as w on true
    left join lateral perf.get_mean_interval(
        r.count, v.value, r.m2, measure_type.confidence
    ) as s on c.percentile is null and c.metric <> 'error_rate'
    order by c.ordinality;
end
$$;

comment on function perf_internal.measure_type is
    'Every metric of get_config_metrics() of the calls of a model type over a range, with its confidence interval and the calls that it is of; null where there are too few. The error rate is of all calls, the rest of all, successful or failed ones (outcome). Parts of hours come from raw calls, where those are kept. Errors: 22023 bad outcome, PT409 while a restore is under way.';

revoke execute on function perf_internal.measure_type from public;
grant execute on function perf_internal.measure_type
    to authenticated, service_role, perf_admin, perf_analyst;
