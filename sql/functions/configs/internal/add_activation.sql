create or replace function perf_internal.add_activation(
    config_id uuid,
    notes text,
    guard jsonb
)
returns perf.model_config_activations
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_config perf.model_config_history := perf_internal.get_model_config(add_activation.config_id);
    v_current perf.model_config_activations;
    v_guard jsonb;
begin
    select a.*
    into v_current
    from perf.model_config_activations as a
    where a.model_type = v_config.model_type
        and a.active_until is null;
    if v_current.config_id = v_config.id then
        if add_activation.guard is not null then
            raise exception using
                errcode = 'PT409',
                message = format(
                    'version %s of %s is active already',
                    v_config.version,
                    perf_internal.quote_value(v_config.model_type)
                ),
                hint = 'A guard is given with the activation that it guards.';
        end if;
        return v_current;
    end if;
    if add_activation.guard is not null then
        v_guard := perf_internal.complete_guard(add_activation.guard, v_current);
    end if;
    insert into perf.model_config_activations as a (
        model_type,
        config_id,
        kind,
        notes,
        guard,
        guard_status
    )
    values (
        v_config.model_type,
        v_config.id,
        'activate',
        add_activation.notes,
        v_guard,
        case when v_guard is not null then 'watching' end
    )
    returning a.* into v_current;
    return v_current;
end
$$;

comment on function perf_internal.add_activation is
    'Activates a version of a type whose row is locked; returns the activation in force where that is one of it already.';

revoke execute on function perf_internal.add_activation from public;
