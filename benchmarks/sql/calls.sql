-- One day of calls in the order of their time. Five per cent of jitter; with spread above 0, also a factor
-- with a log-normal distribution of that sigma. Without first_tokens as the seed knows a call.
select setseed(0.5);

create table bench.calls as
select
    k.model_tool_config_id,
    timestamptz '2020-01-06 00:00+00' + n.call * (interval '24 hours' / %(rows)s) as call_timestamp,
    k.response_time_ms * n.factor as response_time_ms,
    case when %(first_tokens)s then k.first_token_ms * n.factor end as first_token_ms,
    k.input_tokens,
    k.output_tokens,
    k.success,
    k.error_type
from (
    select
        g as call,
        floor(random() * 200)::integer as config,
        floor(random() * 150)::integer + 1 as number,
        (0.95 + 0.1 * random())
            * exp(%(spread)s * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) as factor
    from generate_series(0, %(rows)s - 1) as g
) as n
join bench.kinds as k
    on k.config = n.config
    and k.number = n.number
order by n.call;

analyze bench.calls;
