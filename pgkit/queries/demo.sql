-- Percentiles of successful calls by model, and of their time to the first token.
with bounds as (
    select %s::timestamptz as start_time, %s::timestamptz as end_time
),

measured as (
    select
        p.model as model_name,
        p.call_count,
        p.value_ms,
        'p' || round(p.percentile * 100) as figure
    from bounds as b
    cross join lateral perf.get_latency_percentiles(
        b.start_time, b.end_time, outcome => 'success', max_rows => 100000
    ) as p

    union all

    select
        p.model as model_name,
        p.call_count,
        p.value_ms,
        'first_token_p50'
    from bounds as b
    cross join lateral perf.get_latency_percentiles(
        b.start_time, b.end_time, '{0.5}', outcome => 'success', measure => 'first_token',
        max_rows => 100000
    ) as p
)

select
    m.model_name,
    max(m.call_count) as call_count,
    min(m.value_ms) filter (where m.figure = 'p50') as p50,
    min(m.value_ms) filter (where m.figure = 'p95') as p95,
    min(m.value_ms) filter (where m.figure = 'p99') as p99,
    min(m.value_ms) filter (where m.figure = 'first_token_p50') as first_token_p50
from measured as m
group by m.model_name
