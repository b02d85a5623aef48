-- [:cntrl:] is U+0001 to U+001F and U+007F to U+009F in every locale. The others end a line or
-- turn the direction of writing; only UTF8 has them, and elsewhere a pattern that names them is an
-- error.
create or replace function perf_internal.get_control_characters()
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case getdatabaseencoding()
        when 'UTF8' then E'[[:cntrl:]\\u2028-\\u202e\\u2066-\\u2069]'
        else '[[:cntrl:]]'
    end;
$$;

comment on function perf_internal.get_control_characters is
    'A pattern for characters that names refuse and messages escape: control characters, separators of lines, and marks that turn the direction of writing.';

revoke execute on function perf_internal.get_control_characters from public;
grant execute on function perf_internal.get_control_characters
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
