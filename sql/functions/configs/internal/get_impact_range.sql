create or replace function perf_internal.get_impact_range(
    activation_id bigint,
    at timestamptz,
    time_window interval,
    as_of timestamptz,
    inout model_type text,
    out before_from timestamptz,
    out active_from timestamptz,
    out after_until timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_activation perf.model_config_activations;
begin
    if (get_impact_range.model_type is null) = (get_impact_range.activation_id is null)
        or (get_impact_range.at is not null and get_impact_range.activation_id is not null)
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'give either activation_id, or model_type and maybe at';
    elsif coalesce(get_impact_range.time_window not between '1 minute' and '10 years', true) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'time_window must be between 1 minute and 10 years, got '
                || coalesce(get_impact_range.time_window::text, 'null');
    end if;
    select a.*
    into v_activation
    from perf.model_config_activations as a
    where a.id = get_impact_range.activation_id
        or (
            get_impact_range.activation_id is null
            and a.model_type = get_impact_range.model_type
            and a.active_from <= coalesce(get_impact_range.at, 'infinity')
        )
    order by a.active_from desc
    limit 1;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = coalesce(
                'no activation ' || get_impact_range.activation_id,
                format(
                    'no activation of model type %s%s',
                    perf_internal.quote_value(get_impact_range.model_type),
                    coalesce(' at ' || get_impact_range.at, '')
                )
            ),
            hint = 'perf.get_activation_history() lists them.';
    end if;
    model_type := v_activation.model_type;
    active_from := v_activation.active_from;
    before_from := greatest(
        active_from - get_impact_range.time_window,
        (
            select max(a.active_from)
            from perf.model_config_activations as a
            where a.model_type = v_activation.model_type
                and a.active_from < v_activation.active_from
        )
    );
    after_until := greatest(
        active_from,
        least(
            active_from + get_impact_range.time_window,
            v_activation.active_until,
            get_impact_range.as_of
        )
    );
end
$$;

comment on function perf_internal.get_impact_range is
    'Around an activation, by its id, or the one in force at a time, or the active one: its model type, from when calls of the activation before it count, and until when calls of it count. Each side is at most time_window long, and never reaches into a third activation. Errors 22023, PT404.';

revoke execute on function perf_internal.get_impact_range from public;
grant execute on function perf_internal.get_impact_range
    to authenticated, service_role, perf_admin, perf_analyst;
