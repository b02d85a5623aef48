create or replace function perf.get_call_id(call_id text)
returns uuid
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_call_id text := btrim(get_call_id.call_id);
begin
    if v_call_id = '' then
        return null;
    end if;
    return v_call_id::uuid;
exception
    when invalid_text_representation then
        return perf_internal.get_text_id('call', v_call_id);
end
$$;

comment on function perf.get_call_id is
    'The call_id of a text that a provider or a gateway uses as one. What PostgreSQL reads as a UUID is the id. For any other text it is a UUID of version 8 made of its SHA-256, so a call with it needs call_timestamp. Null for a blank text.';

revoke execute on function perf.get_call_id from public;
grant execute on function perf.get_call_id
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
