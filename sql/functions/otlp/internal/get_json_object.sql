-- Only a text that begins as an object does is tried, because each attempt is a subtransaction.
create or replace function perf_internal.get_json_object(value text)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_object jsonb;
begin
    if get_json_object.value !~ '^[[:space:]]*[{]' then
        return null;
    end if;
    v_object := get_json_object.value::jsonb;
    return nullif(v_object, '{}');
exception
    when data_exception or statement_too_complex then
        return null;
end
$$;

comment on function perf_internal.get_json_object is
    'The JSON object that a text is; null for another text, and for an empty object.';

revoke execute on function perf_internal.get_json_object from public;
