create or replace function perf_internal.check_p_values(p_values double precision[])
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if cardinality(check_p_values.p_values) > 10000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'p_values must have at most 10000 elements, got %s',
                cardinality(check_p_values.p_values)
            );
    end if;
    -- PostgreSQL sorts NaN above every number.
    if array_ndims(check_p_values.p_values) > 1
        or exists (
            select 1 from unnest(check_p_values.p_values) as p (value)
            where p.value < 0 or p.value > 1
        )
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'p_values must be numbers from 0 to 1 or null, got '
                || perf_internal.quote_value(check_p_values.p_values::text);
    end if;
end
$$;

comment on function perf_internal.check_p_values is
    'Refuses (22023) an array with more than one dimension or 10000 elements, or with what is no probability or null.';

revoke execute on function perf_internal.check_p_values from public;
grant execute on function perf_internal.check_p_values
    to authenticated, service_role, perf_admin, perf_analyst;
