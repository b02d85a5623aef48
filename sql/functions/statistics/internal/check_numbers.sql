create or replace function perf_internal.check_numbers(
    name text,
    numbers double precision[],
    max_count integer
)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    -- PostgreSQL sorts NaN above every number.
    v_bad double precision;
begin
    if array_ndims(check_numbers.numbers) > 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                '%s must have one dimension, got %s',
                check_numbers.name, array_ndims(check_numbers.numbers)
            );
    elsif cardinality(check_numbers.numbers) > check_numbers.max_count then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                '%s must have at most %s elements, got %s',
                check_numbers.name, check_numbers.max_count, cardinality(check_numbers.numbers)
            ),
            hint = 'Give averages of hours or days instead.';
    end if;
    select n.value
    into v_bad
    from unnest(check_numbers.numbers) with ordinality as n (value, position)
    where abs(n.value) > 1e90
    order by n.position
    limit 1;
    if v_bad is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                '%s must be numbers from -1e90 to 1e90 or null, got %s', check_numbers.name, v_bad
            );
    end if;
end
$$;

comment on function perf_internal.check_numbers is
    'Refuses (22023) an array with more than one dimension or more than max_count elements, or with NaN or a number beyond 1e90.';

revoke execute on function perf_internal.check_numbers from public;
grant execute on function perf_internal.check_numbers
    to authenticated, service_role, perf_admin, perf_analyst;
