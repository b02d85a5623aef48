-- A sub that is a UUID of version 8 is a text, too: as an id it could be that of the text of somebody
-- else.
create or replace function perf_internal.get_subject_id(subject text)
returns uuid
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if get_subject_id.subject ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
        and substr(get_subject_id.subject, 15, 1) <> '8'
    then
        return get_subject_id.subject::uuid;
    elsif btrim(get_subject_id.subject) <> '' then
        return perf_internal.get_text_id('sub', get_subject_id.subject);
    end if;
    return null;
end
$$;

comment on function perf_internal.get_subject_id is
    'Does the work of perf.get_subject_id(), for policies too.';

revoke execute on function perf_internal.get_subject_id from public;
grant execute on function perf_internal.get_subject_id
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
