-- security definer: no role may write the log, and at commit the trigger runs as the role that
-- commits.
--
-- There is one chain, so a transaction that adds an entry waits for those before it. Entries are
-- added at commit, when a transaction asks for no other lock. So the wait is short, and two
-- transactions cannot deadlock here.
create or replace function perf_internal.add_audit_entry()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_head perf_internal.audit_head;
    v_queued perf_internal.audit_queue;
    v_entry perf.audit_log;
begin
    perform perf_internal.check_trigger_table(tg_table_schema);
    select h.* into v_head from perf_internal.audit_head as h for update;
    delete from perf_internal.audit_queue as q
    where q.id = new.id
    returning q.* into v_queued;
    v_entry := row(
        v_head.entries + 1,
        v_queued.logged_at,
        v_queued.table_name,
        v_queued.row_id,
        v_queued.action,
        v_queued.caller,
        v_queued.caller_role,
        v_queued.caller_login,
        v_queued.old_values,
        v_queued.new_values,
        v_head.hash,
        null
    );
    v_entry.hash := perf_internal.get_audit_hash(v_entry);
    insert into perf.audit_log select v_entry.*;
    update perf_internal.audit_head as h
    set entries = v_entry.id,
        hash = v_entry.hash
    where h.is_head;
    return null;
end
$$;

comment on function perf_internal.add_audit_entry is
    'Trigger: makes a queued change the next entry of the audit log.';

revoke execute on function perf_internal.add_audit_entry from public;

-- A constraint trigger cannot be replaced.
drop trigger if exists add_audit_entry on perf_internal.audit_queue;
create constraint trigger add_audit_entry
    after insert on perf_internal.audit_queue
    deferrable initially deferred
    for each row execute function perf_internal.add_audit_entry();
