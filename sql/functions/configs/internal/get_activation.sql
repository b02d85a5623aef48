create or replace function perf_internal.get_activation(
    model_type text,
    at timestamptz,
    activation_id bigint
)
returns perf.model_config_activations
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_activation perf.model_config_activations;
begin
    if (get_activation.model_type is null) = (get_activation.activation_id is null)
        or (get_activation.at is not null and get_activation.activation_id is not null)
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'give either activation_id, or model_type and maybe at';
    end if;
    select a.*
    into v_activation
    from perf.model_config_activations as a
    where a.id = get_activation.activation_id
        or (
            get_activation.activation_id is null
            and a.model_type = get_activation.model_type
            and a.active_from <= coalesce(get_activation.at, 'infinity')
        )
    order by a.active_from desc
    limit 1;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = coalesce(
                'no activation ' || get_activation.activation_id,
                format(
                    'no activation of model type %s%s',
                    perf_internal.quote_value(get_activation.model_type),
                    coalesce(' at ' || get_activation.at, '')
                )
            ),
            hint = 'perf.get_activation_history() lists them.';
    end if;
    return v_activation;
end
$$;

comment on function perf_internal.get_activation is
    'An activation by its id, or the one in force at a time, or the active one. Errors 22023, PT404.';

revoke execute on function perf_internal.get_activation from public;
grant execute on function perf_internal.get_activation
    to authenticated, service_role, perf_admin, perf_analyst;
