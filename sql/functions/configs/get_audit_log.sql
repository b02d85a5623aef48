create or replace function perf.get_audit_log(
    since timestamptz default '-infinity',
    until timestamptz default 'infinity',
    table_name text default null,
    max_rows integer default 100
)
returns table (
    entry_id bigint,
    logged_at timestamptz,
    table_name text,
    row_id text,
    action text,
    caller uuid,
    caller_name text,
    old_values jsonb,
    new_values jsonb
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_history_range(
        get_audit_log.since, get_audit_log.until, get_audit_log.max_rows
    );
    select
        l.id,
        l.logged_at,
        l.table_name,
        l.row_id,
        l.action,
        l.caller,
        perf_internal.get_actor_name(p.username, l.caller_role, l.caller_login),
        l.old_values,
        l.new_values
    from perf.audit_log as l
    left join perf.profiles as p on p.id = l.caller
    where l.logged_at >= get_audit_log.since
        and l.logged_at < get_audit_log.until
        and (get_audit_log.table_name is null or l.table_name = get_audit_log.table_name)
    order by l.id desc
    limit get_audit_log.max_rows;
$$;

comment on function perf.get_audit_log is
    'Entries of the audit log of a range, the newest first, of one table or all: what was changed (old_values and new_values: of an update what differs, else the row), when, and by whom (a person, a login or the service key). At most max_rows, 1 to 10000. perf.verify_audit_log() says whether the log is whole. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_audit_log from public;
grant execute on function perf.get_audit_log
    to authenticated, service_role, perf_admin, perf_analyst;
