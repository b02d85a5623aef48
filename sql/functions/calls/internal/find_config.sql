-- plpgsql, because that keeps the plan: every recorded call comes through here, and planning takes
-- ten times as long as looking up.
create or replace function perf_internal.find_config(
    model_name text,
    tool_name text,
    provider text,
    parameters jsonb
)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    v_hash text := perf_internal.get_parameter_hash(find_config.parameters);
begin
    return (
        select c.id
        from perf.model_tool_configs as c
        where c.model_id = (
                select m.id
                from perf.models as m
                where m.name = find_config.model_name
            )
            and case
                when find_config.provider is null then c.provider is null
                else find_config.provider = coalesce(
                    c.provider,
                    (select m.provider from perf.models as m where m.name = find_config.model_name)
                )
            end
            and c.tool_id = (
                select t.id
                from perf.tools as t
                where t.name = find_config.tool_name
            )
            and c.parameter_hash = v_hash
            -- A restore is under way. add_config() then refuses the call.
            and exists (
                select 1
                from pg_class as o
                where o.oid = 'perf_internal.origin'::regclass
                    and o.relispopulated
            )
        -- There are two where the model has got the provider that some of its calls had already.
        limit 1
    );
end
$$;

comment on function perf_internal.find_config is
    'The configuration of a call; null if there is none yet, the provider of the model is to become known, or a restore is under way.';

revoke execute on function perf_internal.find_config from public;
