-- plpgsql, because that keeps the plan: every recorded error comes through here.
create or replace function perf_internal.get_error_type(given text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when lower(btrim(get_error_type.given))
            not in ('', 'none', 'null', 'nan', 'false', '0', '{}', '[]')
        then btrim(get_error_type.given)
    end;
end
$$;

comment on function perf_internal.get_error_type is
    'An error type without the spaces around it. Null for the texts that stand for no error: none, null, nan, false, 0, {}, [] in any case, and nothing.';

revoke execute on function perf_internal.get_error_type from public;
