-- 1,000 series, and calls of 30 days in the order of time; half a percent of them fails.
insert into perf.models (name, provider)
select 'm' || i, 'p' || i %% 10
from generate_series(1, 50) as i;

insert into perf.tools (name)
select 't' || i
from generate_series(1, 20) as i;

insert into perf.model_tool_configs (model_id, tool_id, parameters)
select m.id, t.id, '{}'
from perf.models as m
cross join perf.tools as t;

select setseed(0.11);

insert into perf.performance_metrics_raw (
    model_tool_config_id, call_timestamp, response_time_ms, success
)
select
    s.ids[1 + i %% 1000],
    %(as_of)s::timestamptz - interval '30 days' * (1 - i::float8 / %(calls)s),
    exp(6 + 1.2 * (random() + random() + random() - 1.5)),
    random() > 0.005
from generate_series(1, %(calls)s) as i
cross join (select array_agg(c.id order by c.id) as ids from perf.model_tool_configs as c) as s;
