-- A UUID of version 8 (RFC 9562): its other 122 bits are the first ones of a SHA-256, so nobody can
-- choose a sub that has the id of somebody else. So a sub that is a UUID of version 8 is a text, too:
-- as an id it could be that of the text of somebody else.
create or replace function perf_internal.get_subject_id(subject text)
returns uuid
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_digits text;
begin
    if get_subject_id.subject ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
        and substr(get_subject_id.subject, 15, 1) <> '8'
    then
        return get_subject_id.subject::uuid;
    elsif btrim(get_subject_id.subject) <> '' then
        v_digits := encode(sha256(convert_to('sub ' || get_subject_id.subject, 'UTF8')), 'hex');
        return concat(
            left(v_digits, 12),
            '8',
            substr(v_digits, 14, 3),
            substr('89ab', 1 + (get_byte(decode(substr(v_digits, 17, 2), 'hex'), 0) >> 4) % 4, 1),
            substr(v_digits, 18, 15)
        )::uuid;
    end if;
    return null;
end
$$;

comment on function perf_internal.get_subject_id is
    'Does the work of perf.get_subject_id(), for policies too.';

revoke execute on function perf_internal.get_subject_id from public;
grant execute on function perf_internal.get_subject_id
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
