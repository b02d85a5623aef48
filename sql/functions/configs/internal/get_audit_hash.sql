-- The hash is of the text of one JSON array, which depends on no setting. Texts in it are quoted,
-- so no two entries have the same text.
create or replace function perf_internal.get_audit_hash(entry perf.audit_log)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select encode(
        sha256(convert_to(
            jsonb_build_array(
                (get_audit_hash.entry).id,
                (extract(epoch from (get_audit_hash.entry).logged_at) * 1000000)::bigint,
                (get_audit_hash.entry).table_name,
                (get_audit_hash.entry).row_id,
                (get_audit_hash.entry).action,
                (get_audit_hash.entry).caller,
                (get_audit_hash.entry).caller_role,
                (get_audit_hash.entry).caller_login,
                (get_audit_hash.entry).old_values,
                (get_audit_hash.entry).new_values,
                (get_audit_hash.entry).previous_hash
            )::text,
            'UTF8'
        )),
        'hex'
    );
$$;

comment on function perf_internal.get_audit_hash is
    'sha256, as hexadecimal digits, of an entry of the audit log with the hash of the one before.';

revoke execute on function perf_internal.get_audit_hash from public;
grant execute on function perf_internal.get_audit_hash
    to authenticated, service_role, perf_admin, perf_analyst;
