create or replace function perf.complete_alert_delivery(
    delivery_id uuid,
    attempt_count integer,
    as_of timestamptz default now()
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.complete_alert_delivery(
        complete_alert_delivery.delivery_id,
        complete_alert_delivery.attempt_count,
        complete_alert_delivery.as_of
    );
$$;

comment on function perf.complete_alert_delivery is
    'Notes that a message was delivered. False, and nothing changes, if it was over before, if its lease was over and another worker has claimed it (attempt_count differs), or if its receiver was deleted. Errors: 22023 bad argument, 42501 not a member of perf_notifier.';

revoke execute on function perf.complete_alert_delivery from public;
grant execute on function perf.complete_alert_delivery to perf_notifier;
