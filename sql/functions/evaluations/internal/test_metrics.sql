-- Fewer than five points a side say too little: the smallest p value of four and four is 0.03.
create or replace function perf_internal.test_metrics(
    trained_model_id uuid,
    reference_start timestamptz,
    reference_end timestamptz,
    start_time timestamptz,
    end_time timestamptz
)
returns setof perf_internal.drift_test
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_fewest constant bigint := 5;
    v_most constant bigint := 1000;
begin
    return query
    with evaluations as (
        (
            select r.*, false as is_current
            from perf.model_performance_metrics as r
            where r.series_id = test_metrics.trained_model_id
                and r.evaluation_date >= test_metrics.reference_start
                and r.evaluation_date < test_metrics.reference_end
            order by r.evaluation_date desc
            limit v_most
        )
        union all
        (
            select r.*, true
            from perf.model_performance_metrics as r
            where r.series_id = test_metrics.trained_model_id
                and r.evaluation_date >= test_metrics.start_time
                and r.evaluation_date < test_metrics.end_time
            order by r.evaluation_date desc
            limit v_most
        )
    ),
    points as (
        select
            v.metric,
            array_agg(v.value) filter (where not e.is_current) as values_a,
            array_agg(v.value) filter (where e.is_current) as values_b,
            count(*) filter (where not e.is_current) as count_a,
            count(*) filter (where e.is_current) as count_b,
            avg(v.value) filter (where not e.is_current) as mean_a,
            avg(v.value) filter (where e.is_current) as mean_b
        from evaluations as e
        cross join lateral (
            values
                ('r_squared', e.r_squared),
                ('rmse', e.rmse),
                ('mae', e.mae),
                ('mape', e.mape),
                ('precision', e.precision),
                ('recall', e.recall),
                ('f1_score', e.f1_score),
                ('data_completeness', e.data_completeness)
            union all
            select n.name, n.value
            from unnest(perf_internal.get_evaluation_measures(e.metrics)) as n
        ) as v (metric, value)
        where v.value is not null
        group by v.metric
    )
    select
        'metric',
        p.metric,
        case when x.is_enough then 'mann_whitney' end,
        t.u,
        t.p_value,
        abs(t.effect),
        null::float8,
        p.count_a,
        p.count_b,
        p.mean_a,
        p.mean_b,
        not b.is_better,
        case
            when not x.is_enough
            then format(
                'Evaluations: %s in the reference and %s in the window. It takes %s.',
                p.count_a, p.count_b, v_fewest
            )
            when b.is_better then 'A change for the better.'
        end
    from points as p
    join perf.metrics as m on m.metric = p.metric
    cross join lateral (
        select least(p.count_a, p.count_b) >= v_fewest as is_enough
    ) as x
    left join lateral (
        select w.*
        from perf.get_mann_whitney_test(p.values_a, p.values_b) as w
        where x.is_enough
        offset 0
    ) as t on true
    cross join lateral (
        select coalesce(
            case m.better when 'higher' then t.effect > 0 when 'lower' then t.effect < 0 end, false
        ) as is_better
    ) as b;
end
$$;

comment on function perf_internal.test_metrics is
    'The test of each metric of the evaluations of a trained model in a window against those of another, of both the newest 1,000. Only a change for the worse counts, where perf.metrics says what is better. For perf.check_model_drift().';

revoke execute on function perf_internal.test_metrics from public;
