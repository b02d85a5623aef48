-- security definer: callers may not write alerts themselves; their role is checked first.
--
-- Of two at once the second waits for the first, and finds the alert acknowledged. It also waits for a
-- check that has updated the alert, and finds it resolved or as it was.
create or replace function perf_internal.acknowledge_alert(
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
    perform perf_internal.check_as_of(acknowledge_alert.as_of);
    perform perf_internal.check_alert_note(acknowledge_alert.note);
    update perf.model_alerts as a
    set acknowledged_at = greatest(acknowledge_alert.as_of, a.alert_timestamp),
        acknowledged_by = perf_internal.get_caller_name(),
        acknowledgement_note = btrim(acknowledge_alert.note)
    where a.id = acknowledge_alert.alert_id
        and a.acknowledged_at is null
        and not a.is_resolved;
    if found then
        return true;
    end if;
    perform perf_internal.check_alert_id(acknowledge_alert.alert_id);
    return false;
exception
    when lock_not_available then
        raise exception using
            errcode = 'PT409',
            message = 'another session changes this alert',
            hint = 'Try again. A session that stays in a transaction shows in pg_stat_activity.';
end
$$;

comment on function perf_internal.acknowledge_alert is
    'See perf.acknowledge_alert(). as_of is when it is acknowledged.';

revoke execute on function perf_internal.acknowledge_alert from public;
grant execute on function perf_internal.acknowledge_alert
    to authenticated, service_role, perf_admin;
