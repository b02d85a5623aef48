create or replace function perf_internal.get_otlp_unit(
    given text,
    metric text,
    out unit text,
    out factor double precision
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_given text := btrim(coalesce(get_otlp_unit.given, ''));
begin
    -- The conventions have seconds, and some libraries do not say so.
    if v_given = ''
        and get_otlp_unit.metric ~ '^gen_ai[.].*(duration|time_to_first_token|time_per_output_token|time_to_first_chunk|time_per_output_chunk)$'
    then
        v_given := 's';
    end if;
    factor := case v_given
        when 'ns' then 1e-6
        when 'us' then 1e-3
        when 'ms' then 1
        when 's' then 1000
        when 'min' then 60000
        when 'h' then 3600000
    end;
    unit := case
        when factor is not null then 'ms'
        when v_given in ('{token}', '{tokens}', 'token', 'tokens') then 'tokens'
        when v_given = '' then '1'
        else left(btrim(v_given, '{}'), 200)
    end;
    factor := coalesce(factor, 1);
end
$$;

comment on function perf_internal.get_otlp_unit is
    'The unit that a metric of OpenTelemetry has here, and what its values are multiplied with: all durations are in ms.';

revoke execute on function perf_internal.get_otlp_unit from public;
