-- Only add_audit_entry(), at commit, writes from within a trigger.
create or replace function perf_internal.keep_audit_log()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if pg_trigger_depth() > 1
        and (tg_table_name, tg_op) in (('audit_log', 'INSERT'), ('audit_head', 'UPDATE'))
    then
        return null;
    end if;
    raise exception using
        errcode = 'restrict_violation',
        message = 'the audit log is written by triggers only, and its entries stay as they are';
end
$$;

comment on function perf_internal.keep_audit_log is
    'Trigger: refuses to change the audit log, also to its owner.';

revoke execute on function perf_internal.keep_audit_log from public;

create or replace trigger keep_audit_log
    before insert or update or delete or truncate on perf.audit_log
    for each statement execute function perf_internal.keep_audit_log();

create or replace trigger keep_audit_head
    before insert or update or delete or truncate on perf_internal.audit_head
    for each statement execute function perf_internal.keep_audit_log();
