-- security definer: no API role may write models; the caller is checked first.
create or replace function perf_internal.register_model(
    model_name text,
    provider text,
    model_type text
)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_model_name text := btrim(register_model.model_name);
    v_provider text := btrim(register_model.provider);
    v_model_type text := btrim(register_model.model_type);
    v_problem text := coalesce(
        perf_internal.get_name_problem('model_name', v_model_name, 200),
        case
            when v_provider is not null
            then perf_internal.get_name_problem('provider', v_provider, 200)
        end,
        case
            when v_model_type is not null
            then perf_internal.get_name_problem('model_type', v_model_type, 20)
        end
    );
    v_id uuid;
begin
    perform perf_internal.require_role('admin');
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    -- Recording turns this setting on, and then a change of a model leaves no audit entry. The
    -- caller may have turned it on too.
    perform set_config('perf.models_are_recorded', 'off', true);
    insert into perf.models as m (name, provider, model_type)
    values (
        v_model_name,
        coalesce(v_provider, perf_internal.get_provider(v_model_name)),
        v_model_type
    )
    on conflict (name) do update
        set provider = coalesce(v_provider, m.provider),
            model_type = coalesce(v_model_type, m.model_type)
    returning m.id into v_id;
    return v_id;
end
$$;

comment on function perf_internal.register_model is 'Does the work of perf.register_model().';

revoke execute on function perf_internal.register_model from public;
grant execute on function perf_internal.register_model to authenticated, service_role, perf_admin;
