create or replace function perf_internal.get_training_improvement(
    model_type text,
    machine_id uuid,
    metrics jsonb,
    metric text default null,
    out improvement_metric text,
    out performance_improvement double precision
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        g.metric,
        case
            when c.better is null then null
            when l.value = n.value then 0
            when l.value = 0 then null
            when c.better = 'higher' then (n.value - l.value) / abs(l.value)
            else (l.value - n.value) / abs(l.value)
        end
    from unnest(
        case
            when get_training_improvement.metric is not null
                then array[get_training_improvement.metric]
            else array['rmse', 'mae', 'mape', 'r_squared', 'f1_score', 'precision', 'recall']
        end
    ) with ordinality as g (metric, position)
    cross join lateral (
        select regexp_replace(g.metric, '^evaluation[.]', '') as name
    ) as k
    cross join lateral (
        select perf_internal.get_float(get_training_improvement.metrics -> k.name) as value
    ) as n
    left join lateral (
        select perf_internal.get_float(h.metrics -> k.name) as value
        from perf.model_training_history as h
        where h.model_type = get_training_improvement.model_type
            and h.machine_id is not distinct from get_training_improvement.machine_id
            and h.training_status = 'completed'
            and perf_internal.get_float(h.metrics -> k.name) is not null
        order by h.training_end desc, h.requested_at desc
        limit 1
    ) as l on true
    left join perf.metrics as c on c.metric = g.metric
    where n.value is not null
        and (l.value is not null or get_training_improvement.metric is not null)
    order by g.position
    limit 1;
$$;

comment on function perf_internal.get_training_improvement is
    'Compares the metrics of a training with the last completed one of the model type and machine that has the metric: the difference over the absolute value of the last, positive when better. metric is one of perf.metrics; without it it is the first of rmse, mae, mape, r_squared, f1_score, precision and recall that both have. Null where the training has no number of it; the improvement is null without an earlier training, over 0, and where perf.metrics does not say which is better.';

revoke execute on function perf_internal.get_training_improvement from public;
