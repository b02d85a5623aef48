-- PostgreSQL sorts NaN above every number.
create or replace function perf_internal.check_sketch(sketch numeric, value_count bigint)
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_sketch.sketch < 0 or check_sketch.sketch >= '1e121296' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'sketch must be what perf_internal.make_sketch returns, got '
                || perf_internal.quote_value(left(check_sketch.sketch::text, 70));
    elsif check_sketch.value_count not between 0 and 9007199254740992 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'value_count must be between 0 and 2^53, got %s', check_sketch.value_count
            );
    end if;
end
$$;

comment on function perf_internal.check_sketch is
    'Refuses (22023) what is no sketch, and a number of values below 0 or above 2^53.';

revoke execute on function perf_internal.check_sketch from public;
grant execute on function perf_internal.check_sketch
    to authenticated, service_role, perf_admin, perf_analyst;
