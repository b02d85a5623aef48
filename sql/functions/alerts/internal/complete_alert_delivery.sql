-- security definer: perf_notifier may not write messages itself; its role is checked first.
--
-- A worker whose lease is over and whose message another one has claimed since changes nothing.
create or replace function perf_internal.complete_alert_delivery(
    delivery_id uuid,
    attempt_count integer,
    as_of timestamptz default now()
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_notifier();
    perform perf_internal.check_as_of(complete_alert_delivery.as_of);
    update perf_internal.alert_deliveries as d
    set delivered_at = complete_alert_delivery.as_of,
        lease_expires_at = null,
        last_error = null,
        repeat_after = case
            when d.payload -> 'is_test' = 'false' and d.payload ->> 'status' = 'firing'
            then complete_alert_delivery.as_of + (
                select r.repeat_interval
                from perf.alert_receivers as r
                where r.id = d.receiver_id
            )
        end
    where d.id = complete_alert_delivery.delivery_id
        and d.attempt_count = complete_alert_delivery.attempt_count
        and d.delivered_at is null
        and d.gave_up_at is null;
    return found;
end
$$;

comment on function perf_internal.complete_alert_delivery is
    'See perf.complete_alert_delivery(). as_of is when it was delivered.';

revoke execute on function perf_internal.complete_alert_delivery from public;
grant execute on function perf_internal.complete_alert_delivery to perf_notifier;
