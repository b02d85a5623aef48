create or replace function perf_internal.get_due_alerts(
    receiver perf.alert_receivers,
    muted_ids bigint[],
    max_groups integer,
    as_of timestamptz default now()
)
returns table (group_labels jsonb, alert_id bigint, event_ids bigint[])
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_receiver perf.alert_receivers := get_due_alerts.receiver;
begin
    return query
    with waiting as materialized (
        select
            o.group_labels,
            e.alert_id,
            array_agg(o.event_id order by o.event_id) as event_ids,
            min(o.deliver_after) as due_at
        from perf_internal.alert_outbox as o
        join perf.alert_events as e on e.id = o.event_id
        where o.receiver_id = v_receiver.id
            and o.delivery_id is null
            and o.dropped_at is null
            and e.alert_id <> all (get_due_alerts.muted_ids)
        group by o.group_labels, e.alert_id
    ),
    groups as materialized (
        select g.group_labels, bool_or(g.has_events) as has_events
        from (
            select w.group_labels, w.due_at, true as has_events
            from waiting as w
            union all
            select d.group_labels, d.repeat_after, false
            from perf_internal.alert_deliveries as d
            where d.receiver_id = v_receiver.id
                and d.repeat_after <= get_due_alerts.as_of
        ) as g
        where not exists (
            select
            from perf_internal.alert_deliveries as d
            where d.receiver_id = v_receiver.id
                and d.group_labels = g.group_labels
                and d.delivered_at is null
                and d.gave_up_at is null
        )
        group by g.group_labels
        having min(g.due_at) <= get_due_alerts.as_of
        order by min(g.due_at), g.group_labels
        limit get_due_alerts.max_groups
    ),
    -- The alerts of the groups that are open, and that the receiver was told of or is about to be.
    opened as materialized (
        select m.group_labels, m.alert_id, m.acknowledged_at is null as is_repeated
        from (
            select distinct on (a.id)
                a.id as alert_id, a.acknowledged_at, o.group_labels, a as alert
            from perf.model_alerts as a
            join perf.alert_events as e on e.alert_id = a.id
            join perf_internal.alert_outbox as o
                on o.event_id = e.id and o.receiver_id = v_receiver.id
            where not a.is_resolved
                and o.dropped_at is null
                and a.id <> all (get_due_alerts.muted_ids)
            order by a.id, e.id desc
        ) as m
        join groups as g on g.group_labels = m.group_labels
        where perf_internal.is_alert_for(
            v_receiver,
            (m.alert).severity,
            perf_internal.get_alert_labels(
                (m.alert).alert_type,
                (m.alert).severity,
                (m.alert).model_type,
                (m.alert).machine_id,
                (m.alert).labels
            )
        )
    )
    select
        g.group_labels,
        l.alert_id,
        l.event_ids
    from groups as g
    left join (
        select coalesce(w.group_labels, m.group_labels) as group_labels,
            coalesce(w.alert_id, m.alert_id) as alert_id,
            w.event_ids
        from waiting as w
        full join opened as m on m.group_labels = w.group_labels and m.alert_id = w.alert_id
    ) as l
        on l.group_labels = g.group_labels
        and (
            g.has_events
            or exists (
                select
                from opened as m
                where m.group_labels = g.group_labels
                    and m.is_repeated
            )
        );
end
$$;

comment on function perf_internal.get_due_alerts is
    'The groups of which a receiver is to be told at as_of, those first that are due first, at most max_groups: each with its alerts, and their events that wait. alert_id is null for a group that would be repeated and has nothing to repeat. Groups of which a message is not delivered are left out, and alerts that are muted.';

revoke execute on function perf_internal.get_due_alerts from public;
