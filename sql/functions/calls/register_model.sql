-- security definer: no API role may write models; the caller is checked first.
create or replace function perf.register_model(
    model_name text,
    provider text default null,
    model_type text default null
)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id uuid;
begin
    perform perf_internal.require_role('admin');
    if length(register_model.model_type) > 20 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'model_type must have at most 20 characters, got '
                || perf_internal.quote_value(register_model.model_type);
    end if;
    -- Recording turns this on, and then a model leaves no audit entry. A caller could have done so.
    perform set_config('perf.models_are_recorded', 'off', true);
    insert into perf.models as m (name, provider, model_type)
    values (
        register_model.model_name,
        coalesce(register_model.provider, perf_internal.get_provider(register_model.model_name)),
        register_model.model_type
    )
    on conflict (name) do update
        set provider = coalesce(register_model.provider, m.provider),
            model_type = coalesce(register_model.model_type, m.model_type)
    returning m.id into v_id;
    return v_id;
end
$$;

comment on function perf.register_model is
    'Adds a model, or sets provider and model_type of one that exists; what is null stays. Returns its id. Errors: 22023 and 23514 bad argument, 42501 not an admin.';

revoke execute on function perf.register_model from public;
grant execute on function perf.register_model to authenticated, service_role, perf_admin;
