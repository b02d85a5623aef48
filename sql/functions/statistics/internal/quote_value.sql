create or replace function perf_internal.quote_value(value text)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when quote_value.value is null then 'null'
        when length(quote_value.value) > 60 then format(
            '"%s..." (%s characters)', left(quote_value.value, 60), length(quote_value.value)
        )
        else format('"%s"', quote_value.value)
    end;
$$;

comment on function perf_internal.quote_value is
    'A value as an error message shows it: quoted, null as null, cut after 60 characters.';

revoke execute on function perf_internal.quote_value from public;
grant execute on function perf_internal.quote_value
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
