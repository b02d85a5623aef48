create or replace function perf_internal.check_percentile_options(
    percentiles double precision[],
    group_by text[],
    measure text
)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_key text;
begin
    perform perf_internal.check_percentiles(check_percentile_options.percentiles);
    foreach v_key in array coalesce(check_percentile_options.group_by, array[null]) loop
        if v_key is null or v_key not in ('model', 'tool', 'provider', 'parameters') then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format(
                    'group_by must hold model, tool, provider or parameters, got %s',
                    perf_internal.quote_value(v_key)
                );
        end if;
    end loop;
    if check_percentile_options.measure is null
        or check_percentile_options.measure not in ('response_time', 'first_token')
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'measure must be response_time or first_token, got %s',
                perf_internal.quote_value(check_percentile_options.measure)
            );
    end if;
end
$$;

comment on function perf_internal.check_percentile_options is
    'Refuses (22023) what get_latency_percentiles() cannot compute.';

revoke execute on function perf_internal.check_percentile_options from public;
grant execute on function perf_internal.check_percentile_options
    to authenticated, service_role, perf_admin, perf_analyst;
