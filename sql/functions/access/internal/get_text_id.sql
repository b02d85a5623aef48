-- A UUID of version 8 (RFC 9562): its other 122 bits are the first ones of a SHA-256, so nobody can
-- choose a text that has the id of another.
create or replace function perf_internal.get_text_id(kind text, content text)
returns uuid
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_digits text := encode(
        sha256(convert_to(get_text_id.kind || ' ' || get_text_id.content, 'UTF8')), 'hex'
    );
begin
    return concat(
        left(v_digits, 12),
        '8',
        substr(v_digits, 14, 3),
        substr('89ab', 1 + (get_byte(decode(substr(v_digits, 17, 2), 'hex'), 0) >> 4) % 4, 1),
        substr(v_digits, 18, 15)
    )::uuid;
end
$$;

comment on function perf_internal.get_text_id is
    'The UUID of a text of a kind: version 8, made of the SHA-256 of both.';

revoke execute on function perf_internal.get_text_id from public;
grant execute on function perf_internal.get_text_id
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
