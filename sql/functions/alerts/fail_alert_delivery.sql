create or replace function perf.fail_alert_delivery(
    delivery_id uuid,
    attempt_count integer,
    error text,
    retry_after interval default null,
    as_of timestamptz default now()
)
returns timestamptz
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.fail_alert_delivery(
        fail_alert_delivery.delivery_id,
        fail_alert_delivery.attempt_count,
        fail_alert_delivery.error,
        fail_alert_delivery.retry_after,
        fail_alert_delivery.as_of
    );
$$;

comment on function perf.fail_alert_delivery is
    'Notes that an attempt to send a message failed, and returns when it may be claimed again: after 5 seconds, and after twice as long each time up to 5 minutes, less up to half of it at random; not before retry_after, which counts up to an hour. A message that fails 3 days after it was made is given up. Null then, and if nothing changes, as for perf.complete_alert_delivery(). A repeated call returns the same. Of error the first 1000 characters are kept, without control characters and without what the address and the headers of the receiver have beside the host. Errors: 22023 bad argument, 42501 not a member of perf_notifier.';

revoke execute on function perf.fail_alert_delivery from public;
grant execute on function perf.fail_alert_delivery to perf_notifier;
