-- security definer: a session that may change alerts may not write the outbox.
--
-- It runs in the transaction of the event, so no event is lost and none is told that did not happen. The
-- receivers are locked against deletion: one that is deleted at the same time is waited for and left out,
-- and the change of the alert does not fail. perf_internal.set_alert_receiver() waits for events that are
-- not committed, so an event and a new receiver do not miss each other.
--
-- An alert stays in the group of its first message while it is open, also when a label of the group is
-- its severity. So messages of an alert are sent one after the other.
create or replace function perf_internal.queue_alert_event()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_alert perf.model_alerts;
    v_labels jsonb;
begin
    perform perf_internal.check_trigger_table(tg_table_schema);
    select a.*
    into v_alert
    from perf.model_alerts as a
    where a.id = new.alert_id;
    v_labels := perf_internal.get_alert_labels(
        v_alert.alert_type, new.severity, v_alert.model_type, v_alert.machine_id, v_alert.labels
    );
    -- Nobody was told of an alert that opens. So many that open at once are queued without a look into
    -- tables whose size the plan does not know yet.
    if new.event = 'opened' then
        insert into perf_internal.alert_outbox (event_id, receiver_id, group_labels, deliver_after)
        select
            new.id,
            r.id,
            perf_internal.get_alert_group(r.group_by, v_labels),
            new.happened_at + r.group_wait
        from perf.alert_receivers as r
        where r.enabled
            and perf_internal.is_alert_for(r, new.severity, v_labels)
        for key share of r;
        return null;
    end if;
    insert into perf_internal.alert_outbox (event_id, receiver_id, group_labels, deliver_after)
    select
        new.id,
        r.id,
        coalesce(t.group_labels, perf_internal.get_alert_group(r.group_by, v_labels)),
        new.happened_at + r.group_wait
    from perf.alert_receivers as r
    left join lateral (
        select o.group_labels
        from perf_internal.alert_outbox as o
        where o.event_id = any (
                array(
                    select e.id
                    from perf.alert_events as e
                    where e.alert_id = new.alert_id
                )
            )
            and o.receiver_id = r.id
            and o.dropped_at is null
        order by o.event_id desc
        limit 1
    ) as t on true
    where r.enabled
        and case
            when new.event = 'escalated' then perf_internal.is_alert_for(r, new.severity, v_labels)
            else t.group_labels is not null and (new.event <> 'resolved' or r.send_resolved)
        end
    for key share of r;
    return null;
end
$$;

comment on function perf_internal.queue_alert_event is
    'Trigger: notes for which receivers an event is. opened and escalated are for each that is enabled and whose matcher and minimum_severity fit; eased, acknowledged and resolved for each that was told of the alert, or is about to be; resolved only with send_resolved.';

revoke execute on function perf_internal.queue_alert_event from public;

create or replace trigger queue_alert_event
    after insert on perf.alert_events
    for each row execute function perf_internal.queue_alert_event();
