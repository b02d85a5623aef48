create or replace function perf.set_alert_receiver(
    receiver_name text,
    kind text,
    address text default null,
    matcher jsonb default '{}',
    minimum_severity text default 'warning',
    group_by text[] default '{alert_type}',
    group_wait interval default '0',
    repeat_interval interval default '4 hours',
    send_resolved boolean default true,
    headers jsonb default null,
    timeout interval default '10 seconds',
    enabled boolean default true
)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.set_alert_receiver(
        set_alert_receiver.receiver_name,
        set_alert_receiver.kind,
        set_alert_receiver.address,
        set_alert_receiver.matcher,
        set_alert_receiver.minimum_severity,
        set_alert_receiver.group_by,
        set_alert_receiver.group_wait,
        set_alert_receiver.repeat_interval,
        set_alert_receiver.send_resolved,
        set_alert_receiver.headers,
        set_alert_receiver.timeout,
        set_alert_receiver.enabled
    );
$$;

comment on function perf.set_alert_receiver is
    'Adds a receiver of alerts, or replaces the one of this name, and returns its key. kind is webhook, alertmanager, slack or email. address is an http or https URL without user and password; for email smtp://user:password@host:port/?from=...&to=... or smtps://; or env:PGKIT_RECEIVER_NAME, a variable of the environment of pgkit worker. headers of a webhook are texts by name, such as {"Authorization": "Bearer ..."}, or, where address is env:PGKIT_RECEIVER_NAME, variables of it such as env:PGKIT_RECEIVER_NAME__KEY; NAME has no __. Nobody can read address and headers again; null keeps those there are, headers only while the address has the same host. matcher says which alerts it takes, such as {"alert_type": "threshold", "model": ["a", "b"]}, from minimum_severity upwards. Alerts with the same values of the labels in group_by go in one message. group_wait, 0 to 1 hour, is how long a message waits for more; repeat_interval, 1 minute to 30 days, after what time it is told again of alerts that are open and not acknowledged. It is told of alerts that are open already. A receiver that is disabled is told of nothing, and what waits for it is dropped. With a new address messages that wait are due at once, and what gave up in the last 3 days is told in new messages. Errors: 22023 bad argument, 23514 bad interval, 42501 not an admin.';

revoke execute on function perf.set_alert_receiver from public;
grant execute on function perf.set_alert_receiver to authenticated, service_role, perf_admin;
