-- security definer: no API role may write activations; the caller is checked first.
create or replace function perf_internal.activate_model_config(
    id uuid,
    notes text,
    guard jsonb
)
returns perf.model_config_activations
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_config perf.model_config_history;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.add_own_profile();
    v_config := perf_internal.get_model_config(activate_model_config.id);
    if perf_internal.lock_config_type(v_config.model_type) then
        raise exception using
            errcode = 'PT409',
            message = format(
                'activations of %s need approval',
                perf_internal.quote_value(v_config.model_type)
            ),
            hint = 'perf.request_activation() asks for it.';
    end if;
    return perf_internal.add_activation(
        v_config.id, activate_model_config.notes, activate_model_config.guard
    );
end
$$;

comment on function perf_internal.activate_model_config is 'Does the work of perf.activate_model_config().';

revoke execute on function perf_internal.activate_model_config from public;
grant execute on function perf_internal.activate_model_config to authenticated, service_role, perf_admin;
