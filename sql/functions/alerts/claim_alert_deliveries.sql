create or replace function perf.claim_alert_deliveries(
    worker text,
    lease interval default '1 minute',
    max_deliveries integer default 100,
    as_of timestamptz default now()
)
returns table (
    delivery_id uuid,
    receiver_name text,
    kind text,
    address text,
    headers jsonb,
    timeout interval,
    attempt_count integer,
    payload jsonb
)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        c.delivery_id,
        c.receiver_name,
        c.kind,
        c.address,
        c.headers,
        c.timeout,
        c.attempt_count,
        c.payload
    from perf_internal.claim_alert_deliveries(
        claim_alert_deliveries.worker,
        claim_alert_deliveries.lease,
        claim_alert_deliveries.max_deliveries,
        claim_alert_deliveries.as_of
    ) as c;
$$;

comment on function perf.claim_alert_deliveries is
    'Gives pgkit worker the messages that are to be sent now, with the secret address of each receiver. It first makes the messages: one for each receiver and group of alerts with something to tell or to repeat, and of which no earlier message is still to be delivered. The worker holds them for the time of the lease, 1 second to 1 hour; then they may be claimed again. delivery_id and payload of a message stay the same in every attempt; attempt_count tells the attempts apart. A receiver has at most 10 messages out at a time. At most max_deliveries, 1 to 1000, shared fairly between receivers. The claim also looks whether the schedule is late. Errors: 22023 bad argument, 42501 not a member of perf_notifier.';

revoke execute on function perf.claim_alert_deliveries from public;
grant execute on function perf.claim_alert_deliveries to perf_notifier;
