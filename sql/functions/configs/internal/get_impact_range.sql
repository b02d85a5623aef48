create or replace function perf_internal.get_impact_range(
    activation perf.model_config_activations,
    time_window interval,
    as_of timestamptz,
    out before_from timestamptz,
    out after_until timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_at timestamptz := (get_impact_range.activation).active_from;
begin
    if get_impact_range.time_window is null
        or get_impact_range.time_window not between '1 minute' and '10 years'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'time_window must be between 1 minute and 10 years, got %s',
                coalesce(get_impact_range.time_window::text, 'null')
            );
    end if;
    before_from := greatest(
        v_at - get_impact_range.time_window,
        (
            select max(a.active_from)
            from perf.model_config_activations as a
            where a.model_type = (get_impact_range.activation).model_type
                and a.active_from < v_at
        )
    );
    after_until := greatest(
        v_at,
        least(
            v_at + get_impact_range.time_window,
            (get_impact_range.activation).active_until,
            get_impact_range.as_of
        )
    );
end
$$;

comment on function perf_internal.get_impact_range is
    'From when the activation before this one, and until when this one, is looked at: no longer than time_window and never under a third. Error 22023.';

revoke execute on function perf_internal.get_impact_range from public;
grant execute on function perf_internal.get_impact_range
    to authenticated, service_role, perf_admin, perf_analyst;
