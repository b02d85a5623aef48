-- security definer: callers may not write alerts themselves; their role is checked first.
--
-- Of two at once the second waits for the first, and finds the alert resolved. A check that has updated
-- the alert ends first. A watcher that comes to it later waits, and then finds no open alert; if
-- something is still wrong it opens a new one. An evaluation leaves a locked alert to its next run. This
-- locks the alert and then its state, and nothing else, so no deadlock can come of it.
create or replace function perf_internal.resolve_alert(
    alert_id bigint,
    note text default null,
    as_of timestamptz default now()
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(resolve_alert.as_of);
    perform perf_internal.check_alert_note(resolve_alert.note);
    update perf.model_alerts as a
    set is_resolved = true,
        resolved_timestamp = greatest(resolve_alert.as_of, a.last_seen_at),
        resolved_by = perf_internal.get_caller_name(),
        resolution_note = btrim(resolve_alert.note)
    where a.id = resolve_alert.alert_id
        and not a.is_resolved;
    if found then
        return true;
    end if;
    perform perf_internal.check_alert_id(resolve_alert.alert_id);
    return false;
exception
    when lock_not_available then
        raise exception using
            errcode = 'PT409',
            message = 'another session changes this alert',
            hint = 'Try again. A session that stays in a transaction shows in pg_stat_activity.';
end
$$;

comment on function perf_internal.resolve_alert is
    'See perf.resolve_alert(). as_of is when it is resolved.';

revoke execute on function perf_internal.resolve_alert from public;
grant execute on function perf_internal.resolve_alert to authenticated, service_role, perf_admin;
