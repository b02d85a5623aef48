-- 100 models with 2 tools each: rollups of every hour of 90 days, every day and every week of a year, of the
-- metrics that such calls have. Rows are as runs leave them, with sketches of a usual size.
insert into perf.models (name, provider)
select 'p' || i %% 10 || '/m' || i, 'p' || i %% 10
from generate_series(1, 100) as i;

insert into perf.tools (name)
values ('chat'), ('search');

insert into perf.model_tool_configs (model_id, tool_id, parameters)
select m.id, t.id, '{}'
from perf.models as m
cross join perf.tools as t;

select setseed(0.11);

insert into perf_internal.rollups (
    series_id, time_bucket, count, sum, m2, min, max, p50, p95, p99, last_bin, granularity, metric,
    sketch
)
select
    c.id,
    b.time_bucket,
    100 * b.hours,
    floor(100 * b.hours * m.mean * (0.5 + random())),
    1,
    1,
    3 * m.mean,
    case when m.is_sketched then m.mean end,
    case when m.is_sketched then 2 * m.mean end,
    case when m.is_sketched then 3 * m.mean end,
    case when m.is_sketched then 1 end,
    b.granularity,
    m.metric,
    case when m.is_sketched then repeat('1234567800000000', 20)::numeric end
from (
    select 'hourly' as granularity, t as time_bucket, 1 as hours
    from generate_series(
        %(end)s::timestamptz - interval '90 days', %(end)s::timestamptz - interval '1 hour', '1 hour'
    ) as t
    union all
    select 'daily', t, 24
    from generate_series(
        date_bin('7 days', %(end)s::timestamptz - interval '1 year', '2001-01-01 00:00+00'),
        %(end)s::timestamptz - interval '1 day',
        '1 day'
    ) as t
    union all
    select 'weekly', t, 168
    from generate_series(
        date_bin('7 days', %(end)s::timestamptz - interval '1 year', '2001-01-01 00:00+00'),
        %(end)s::timestamptz,
        '7 days'
    ) as t
) as b
cross join (
    values
        ('response_time_ms', 1000, true),
        ('first_token_ms', 300, true),
        ('input_tokens', 900, true),
        ('output_tokens', 300, true),
        ('cached_input_tokens', 300, false),
        ('reasoning_tokens', 100, false),
        ('cost', 0.01, false),
        ('failed_response_time_ms', 100, true),
        ('failed_input_tokens', 100, true)
) as m (metric, mean, is_sketched)
cross join (
    select c.id, row_number() over (order by c.id) as number
    from perf.model_tool_configs as c
) as c
-- By night nobody calls some of them.
where b.granularity <> 'hourly'
    or (c.number + extract(hour from b.time_bucket)) %% 24 < %(hours)s;

select perf.set_model_prices(
    jsonb_agg(
        jsonb_build_object(
            'model_name', m.name, 'input_price', 2.5, 'output_price', 10, 'cached_input_price', 1.25
        )
    )
)
from (
    select m.name
    from perf.models as m
    union all
    select 'of-others/model-' || i
    from generate_series(1, 2400) as i
) as m;
