create or replace function perf_internal.queue_open_alerts(
    receiver perf.alert_receivers,
    as_of timestamptz default now()
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_receiver perf.alert_receivers := queue_open_alerts.receiver;
    v_count bigint;
begin
    insert into perf_internal.alert_outbox as o (
        event_id, receiver_id, group_labels, deliver_after
    )
    select
        (
            select min(e.id)
            from perf.alert_events as e
            where e.alert_id = a.id
        ),
        v_receiver.id,
        perf_internal.get_alert_group(v_receiver.group_by, l.labels),
        queue_open_alerts.as_of + v_receiver.group_wait
    from perf.model_alerts as a
    cross join lateral perf_internal.get_alert_labels(
        a.alert_type, a.severity, a.model_type, a.machine_id, a.labels
    ) as l (labels)
    where not a.is_resolved
        and exists (
            select
            from perf.alert_events as e
            where e.alert_id = a.id
        )
        and not exists (
            select
            from perf.alert_events as e
            join perf_internal.alert_outbox as t
                on t.event_id = e.id and t.receiver_id = v_receiver.id
            left join perf_internal.alert_deliveries as d on d.id = t.delivery_id
            where e.alert_id = a.id
                and t.dropped_at is null
                and d.gave_up_at is null
        )
        and perf_internal.is_alert_for(v_receiver, a.severity, l.labels)
    on conflict (event_id, receiver_id) do update
    set group_labels = excluded.group_labels,
        deliver_after = excluded.deliver_after,
        delivery_id = null,
        dropped_at = null;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;

comment on function perf_internal.queue_open_alerts is
    'Queues the open alerts that a receiver is to be told of, was not told of, and is not about to be told of. Returns how many.';

revoke execute on function perf_internal.queue_open_alerts from public;
