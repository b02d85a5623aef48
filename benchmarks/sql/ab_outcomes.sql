-- An A/B test with a share, a latency and a number of tokens. Each unit has about three outcomes.
with test as (
    select perf.start_ab_test(
        'benchmark',
        'llm',
        '1',
        '2',
        '[
            {"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 0.01},
            {"metric": "ms", "role": "guardrail", "better": "lower", "minimum_effect": 20},
            {"metric": "tokens", "better": "lower"}
        ]',
        test_start => '2020-01-06 00:00+00'
    ) as id
)
select t.id from test as t;

insert into perf.ab_outcomes (series_id, created_at, value, earlier_sum, earlier_count)
select
    o.id,
    '2020-01-06 00:00+00'::timestamptz + o.number * interval '80 milliseconds',
    o.value,
    case mod(o.number, 3)
        when 0 then 0
        when 1 then lag(o.value) over w
        else lag(o.value) over w + lag(o.value, 2) over w
    end,
    mod(o.number, 3)
from (
    select
        s.id,
        g.number,
        case s.metric
            when 'success' then (random() < 0.95)::integer
            when 'ms' then round(exp(6 + random() + random())::numeric, 1)::float8
            else floor(exp(3 + 3 * random()))
        end as value
    from perf_internal.ab_series as s
    cross join generate_series(0, %(outcomes)s / 6 - 1) as g (number)
) as o
window w as (partition by o.id order by o.number);
