-- The configuration of a call, and which of its parameters do not affect performance.
with given as (
    select
        %s::text as model_name,
        %s::text as tool_name,
        %s::text as provider,
        %s::jsonb as parameters
)

select
    perf_internal.add_config(g.model_name, g.tool_name, g.provider, g.parameters),
    array(
        select jsonb_object_keys(g.parameters)
        except
        select jsonb_object_keys(perf.get_performance_affecting_parameters(g.parameters))
    )
from given as g
