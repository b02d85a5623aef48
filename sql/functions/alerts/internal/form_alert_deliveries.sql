-- The caller has the receiver locked, so no other session makes messages for it.
create or replace function perf_internal.form_alert_deliveries(
    receiver perf.alert_receivers,
    muted_ids bigint[],
    as_of timestamptz default now()
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_receiver perf.alert_receivers := form_alert_deliveries.receiver;
    v_message record;
    v_delivery_id uuid;
    v_last_alert_id bigint;
    v_count bigint := 0;
begin
    -- An alert that is over and was not told of: nobody needs to know if it was muted when it ended.
    update perf_internal.alert_outbox as o
    set dropped_at = form_alert_deliveries.as_of
    from perf.alert_events as e
    join perf.model_alerts as a on a.id = e.alert_id
    where o.receiver_id = v_receiver.id
        and o.delivery_id is null
        and o.dropped_at is null
        and e.id = o.event_id
        and a.is_resolved
        and not exists (
            select
            from perf_internal.alert_deliveries as d
            where d.receiver_id = o.receiver_id
                and d.group_labels = o.group_labels
                and d.delivered_at is null
                and d.gave_up_at is null
        )
        and (
            not v_receiver.send_resolved
            or (
                not exists (
                    select
                    from perf.alert_events as f
                    join perf_internal.alert_outbox as t
                        on t.event_id = f.id and t.receiver_id = v_receiver.id
                    where f.alert_id = a.id
                        and t.delivery_id is not null
                )
                and perf_internal.was_alert_muted(a)
            )
        );
    for v_message in
        select
            l.group_labels,
            array_agg(l.alert_id) filter (where l.alert_id is not null) as alert_ids,
            array_agg(i.event_id) filter (where i.event_id is not null) as event_ids
        from perf_internal.get_due_alerts(
            v_receiver, form_alert_deliveries.muted_ids, 100, form_alert_deliveries.as_of
        ) as l
        left join lateral unnest(l.event_ids) as i (event_id) on true
        group by l.group_labels
    loop
        update perf_internal.alert_deliveries as d
        set repeat_after = case
            -- What is muted now may be repeated when it is not.
            when v_message.alert_ids is null and exists (
                select
                from perf.alert_events as e
                join perf_internal.alert_outbox as o on o.event_id = e.id
                where e.alert_id = any (form_alert_deliveries.muted_ids)
                    and o.receiver_id = v_receiver.id
                    and o.group_labels = v_message.group_labels
            )
            then form_alert_deliveries.as_of + interval '1 minute'
        end
        where d.receiver_id = v_receiver.id
            and d.group_labels = v_message.group_labels
            and d.repeat_after is not null;
        continue when v_message.alert_ids is null;
        v_delivery_id := gen_random_uuid();
        -- A repeat goes on where the last message of the group ended, so that all alerts have their turn.
        v_last_alert_id := null;
        if cardinality(v_message.alert_ids) > 100 then
            v_last_alert_id := (
                select (d.payload #>> '{alerts,-1,alert_id}')::bigint
                from perf_internal.alert_deliveries as d
                where d.receiver_id = v_receiver.id
                    and d.group_labels = v_message.group_labels
                    and d.created_at <= form_alert_deliveries.as_of
                order by d.created_at desc
                limit 1
            );
        end if;
        insert into perf_internal.alert_deliveries (
            id, receiver_id, group_labels, payload, created_at, next_attempt_at
        )
        values (
            v_delivery_id,
            v_receiver.id,
            v_message.group_labels,
            perf_internal.get_alert_payload(
                v_delivery_id,
                v_receiver.receiver_name,
                v_message.group_labels,
                v_message.alert_ids,
                coalesce(v_message.event_ids, '{}'),
                v_last_alert_id
            ),
            form_alert_deliveries.as_of,
            form_alert_deliveries.as_of
        );
        -- A message has room for 100 alerts. Events of the others wait for the next one.
        update perf_internal.alert_outbox as o
        set delivery_id = v_delivery_id
        from perf.alert_events as e
        where o.event_id = any (v_message.event_ids)
            and o.receiver_id = v_receiver.id
            and e.id = o.event_id
            and e.alert_id in (
                select (l.alert ->> 'alert_id')::bigint
                from perf_internal.alert_deliveries as d
                cross join lateral jsonb_array_elements(d.payload -> 'alerts') as l (alert)
                where d.id = v_delivery_id
            );
        v_count := v_count + 1;
    end loop;
    return v_count;
end
$$;

comment on function perf_internal.form_alert_deliveries is
    'Makes the messages that are due for a receiver, at most 100 at a time, and returns how many. muted_ids are the alerts of which nobody is told now.';

revoke execute on function perf_internal.form_alert_deliveries from public;
