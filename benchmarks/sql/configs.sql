-- 200 configurations: each model with ten tools and one set of parameters, and the rest with the
-- tool chat and up to five. Each is somewhat faster or slower than the measured calls of its model.
insert into bench.configs (number, id, model_name, tool_name, parameters, scale)
select
    k.number,
    perf_internal.add_config(k.model_name, k.tool_name, null, k.parameters),
    k.model_name,
    k.tool_name,
    k.parameters,
    k.scale
from (
    select
        g as number,
        m.names[g % 14 + 1] as model_name,
        coalesce(
            (
                '{search,summarize,translate,classify,extract,rewrite,code,plan,review,answer}'::text[]
            )[g / 14 + 1],
            'chat'
        ) as tool_name,
        case
            when g / 14 < 10 then '{"temperature": 0.7, "streaming": true}'
            else jsonb_build_object('temperature', (g / 14 - 10) * 0.25, 'streaming', true)
        end as parameters,
        0.85 + 0.3 * (g * 37 % 200) / 200 as scale
    from generate_series(0, 199) as g
    cross join (
        select array_agg(distinct s.provider || '/' || s.model) as names
        from bench.samples as s
    ) as m
) as k;

create table bench.kinds as
select
    c.number as config,
    s.number,
    c.id as model_tool_config_id,
    c.scale * s.latency_s * 1000 as response_time_ms,
    c.scale * s.first_token_s * 1000 as first_token_ms,
    s.input_tokens,
    s.output_tokens,
    s.error_code is null as success,
    s.error_code as error_type
from bench.configs as c
join bench.samples as s on s.provider || '/' || s.model = c.model_name;

alter table bench.kinds add primary key (config, number);
analyze bench.configs, bench.kinds;
