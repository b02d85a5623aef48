-- Alerts that are told to nobody on purpose do not count: those of severity info, which no receiver takes by
-- default, those that are acknowledged, and those that are muted.
create or replace function perf_internal.get_notification_state(as_of timestamptz default now())
returns table (
    waiting_count bigint,
    oldest_waiting_at timestamptz,
    failing text,
    failing_since timestamptz,
    untold_count bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with muted as materialized (
        select distinct m.alert_id
        from perf_internal.get_alert_mutes(get_notification_state.as_of) as m
    ),
    -- Messages that are not delivered, and groups of which a message is due and not made.
    waiting as (
        select d.receiver_id, d.group_labels, d.created_at as waits_since
        from perf_internal.alert_deliveries as d
        join perf.alert_receivers as r on r.id = d.receiver_id
        where d.delivered_at is null
            and d.gave_up_at is null
            and r.enabled
        union all
        select o.receiver_id, o.group_labels, min(o.deliver_after)
        from perf_internal.alert_outbox as o
        join perf.alert_events as e on e.id = o.event_id
        where o.delivery_id is null
            and o.dropped_at is null
            and o.deliver_after <= get_notification_state.as_of
            and not exists (
                select
                from muted as m
                where m.alert_id = e.alert_id
            )
        group by 1, 2
    ),
    states as materialized (
        select r.receiver_name, s.failing_since
        from perf_internal.get_receiver_states() as s
        join perf.alert_receivers as r on r.id = s.receiver_id
        where r.enabled
            and s.failing_since is not null
    ),
    untold as (
        select a.id
        from perf.model_alerts as a
        where not a.is_resolved
            and a.severity <> 'info'
            and a.acknowledged_at is null
            and not exists (
                select
                from muted as m
                where m.alert_id = a.id
            )
            and not exists (
                select
                from perf.alert_events as e
                join perf_internal.alert_outbox as o on o.event_id = e.id
                join perf.alert_receivers as r on r.id = o.receiver_id
                where e.alert_id = a.id
                    and o.dropped_at is null
                    and r.enabled
            )
    )
    select
        (select count(distinct (w.receiver_id, w.group_labels)) from waiting as w),
        (select min(w.waits_since) from waiting as w),
        (
            select string_agg(
                format(
                    '%s since %s',
                    s.receiver_name,
                    to_char(s.failing_since at time zone 'UTC', 'YYYY-MM-DD HH24:MI UTC')
                ),
                ', ' order by s.failing_since, s.receiver_name
            )
            from states as s
        ),
        (select min(s.failing_since) from states as s),
        (select count(*) from untold as u);
$$;

comment on function perf_internal.get_notification_state is
    'How it goes with notifications at as_of: messages that wait and since when the oldest does, receivers that fail and since when, and open alerts, warning or critical, neither acknowledged nor muted, that are for no receiver.';

revoke execute on function perf_internal.get_notification_state from public;
grant execute on function perf_internal.get_notification_state
    to authenticated, service_role, perf_admin, perf_analyst;
