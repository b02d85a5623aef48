create or replace function perf_internal.requeue_alerts(
    receiver perf.alert_receivers,
    is_new_address boolean,
    was_disabled boolean default false,
    as_of timestamptz default now()
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_receiver perf.alert_receivers := requeue_alerts.receiver;
begin
    if not v_receiver.enabled then
        update perf_internal.alert_outbox as o
        set dropped_at = requeue_alerts.as_of
        where o.receiver_id = v_receiver.id
            and o.delivery_id is null
            and o.dropped_at is null;
        update perf_internal.alert_deliveries as d
        set gave_up_at = requeue_alerts.as_of,
            lease_expires_at = null,
            last_error = 'the receiver was disabled'
        where d.receiver_id = v_receiver.id
            and d.delivered_at is null
            and d.gave_up_at is null
            -- A worker has it, and will say what became of it.
            and d.lease_expires_at is null;
        return;
    end if;
    update perf_internal.alert_deliveries as d
    set repeat_after = coalesce(d.delivered_at, d.gave_up_at) + v_receiver.repeat_interval
    where d.receiver_id = v_receiver.id
        and d.repeat_after is not null;
    if requeue_alerts.is_new_address then
        update perf_internal.alert_deliveries as d
        set next_attempt_at = requeue_alerts.as_of
        where d.receiver_id = v_receiver.id
            and d.delivered_at is null
            and d.gave_up_at is null
            and d.lease_expires_at is null;
        update perf_internal.alert_deliveries as d
        set repeat_after = requeue_alerts.as_of
        where d.receiver_id = v_receiver.id
            and d.repeat_after is not null
            and d.gave_up_at is not null;
        -- What a later message tells, or will tell, need not be told again.
        update perf_internal.alert_outbox as o
        set delivery_id = null,
            deliver_after = requeue_alerts.as_of
        from perf_internal.alert_deliveries as d,
            perf.alert_events as e
        where d.receiver_id = v_receiver.id
            and d.gave_up_at > requeue_alerts.as_of - interval '3 days'
            and o.delivery_id = d.id
            and e.id = o.event_id
            and not exists (
                select
                from perf.alert_events as f
                join perf_internal.alert_outbox as t
                    on t.event_id = f.id and t.receiver_id = v_receiver.id
                left join perf_internal.alert_deliveries as l on l.id = t.delivery_id
                where f.alert_id = e.alert_id
                    and f.id > e.id
                    and t.dropped_at is null
                    and l.gave_up_at is null
            );
    end if;
    -- What ended meanwhile, of alerts that the receiver was told of, or that a worker was telling it of. Also
    -- what ended before and was dropped.
    insert into perf_internal.alert_outbox as o (
        event_id, receiver_id, group_labels, deliver_after
    )
    select distinct on (e.id) e.id, v_receiver.id, t.group_labels, requeue_alerts.as_of
    from perf.model_alerts as a
    join perf.alert_events as e on e.alert_id = a.id and e.event = 'resolved'
    join perf.alert_events as f on f.alert_id = a.id and f.id < e.id
    join perf_internal.alert_outbox as t on t.event_id = f.id and t.receiver_id = v_receiver.id
    join perf_internal.alert_deliveries as d on d.id = t.delivery_id
    where requeue_alerts.was_disabled
        and v_receiver.send_resolved
        and a.is_resolved
        and a.resolved_timestamp >= requeue_alerts.as_of - interval '3 days'
        and d.gave_up_at is null
    order by e.id, f.id desc
    on conflict (event_id, receiver_id) do update
    set deliver_after = excluded.deliver_after,
        dropped_at = null
    where o.dropped_at is not null;
    perform perf_internal.queue_open_alerts(v_receiver, requeue_alerts.as_of);
end
$$;

comment on function perf_internal.requeue_alerts is
    'After a change of a receiver: drops what waits for one that is disabled, queues open alerts that it takes and was not told of, and, where it was disabled, the ends in the last 3 days of those that it was told of. With a new address what waits is due at once, and what gave up in the last 3 days is told in new messages.';

revoke execute on function perf_internal.requeue_alerts from public;
