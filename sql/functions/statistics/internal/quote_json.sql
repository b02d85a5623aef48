-- A number such as 1e131071 has 12 bytes as JSON and 131072 characters as text, so the text of a
-- short array could fill the memory. plpgsql, because a planner that knows the value would make the
-- text beforehand.
create or replace function perf_internal.quote_json(value jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if jsonb_typeof(quote_json.value) in ('object', 'array')
        and pg_column_size(quote_json.value) > 300
    then
        return format(
            'an %s of %s',
            jsonb_typeof(quote_json.value),
            pg_size_pretty(pg_column_size(quote_json.value)::bigint)
        );
    end if;
    return perf_internal.quote_value(
        case jsonb_typeof(quote_json.value)
            when 'string' then quote_json.value #>> '{}'
            else quote_json.value::text
        end
    );
end
$$;

comment on function perf_internal.quote_json is
    'A JSON value as an error message shows it: its text as quote_value() shows it, a string in one pair of quotes, or the size of a large object or array.';

revoke execute on function perf_internal.quote_json from public;
grant execute on function perf_internal.quote_json
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
