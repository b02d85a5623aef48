-- Many sessions may use a new model at once. The unique keys let one of them add it. The others
-- wait for that transaction and read its rows. A caller that adds several adds them in one order,
-- so that two batches cannot deadlock.
create or replace function perf_internal.add_config(
    model_name text,
    tool_name text,
    provider text,
    parameters jsonb
)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Fails while a restore is under way, because its end would take the call for a restored one.
    perform perf_internal.check_origin();
    -- So that a model that recording adds leaves no audit entry.
    perform set_config('perf.models_are_recorded', 'on', true);
    -- Only rows that are missing: to insert a row that exists would wait for a transaction that
    -- changes its provider.
    if not exists (select 1 from perf.models as m where m.name = add_config.model_name) then
        insert into perf.models (name, provider)
        values (
            add_config.model_name,
            coalesce(add_config.provider, perf_internal.get_provider(add_config.model_name))
        )
        on conflict do nothing;
    end if;
    update perf.models as m
    set provider = add_config.provider
    where m.name = add_config.model_name
        and m.provider = 'unknown'
        and add_config.provider <> 'unknown';
    perform set_config('perf.models_are_recorded', 'off', true);
    if not exists (select 1 from perf.tools as t where t.name = add_config.tool_name) then
        insert into perf.tools (name)
        values (add_config.tool_name)
        on conflict do nothing;
    end if;
    insert into perf.model_tool_configs (model_id, tool_id, parameters, provider)
    select m.id, t.id, add_config.parameters, nullif(add_config.provider, m.provider)
    from perf.models as m
    cross join perf.tools as t
    where m.name = add_config.model_name
        and t.name = add_config.tool_name
    on conflict do nothing;
    return perf_internal.find_config(
        add_config.model_name, add_config.tool_name, add_config.provider, add_config.parameters
    );
end
$$;

comment on function perf_internal.add_config is
    'The configuration of a call, made with its model and tool where they are new. The first provider that a model without one gets becomes its own.';

revoke execute on function perf_internal.add_config from public;
