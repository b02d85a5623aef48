create or replace function perf.get_alert_receivers(max_rows integer default 1000)
returns table (
    receiver_id bigint,
    receiver_name text,
    kind text,
    matcher jsonb,
    minimum_severity text,
    group_by text[],
    group_wait interval,
    repeat_interval interval,
    send_resolved boolean,
    timeout interval,
    enabled boolean,
    created_by text,
    created_at timestamptz,
    updated_at timestamptz,
    address_changed_at timestamptz,
    waiting_count bigint,
    oldest_waiting_at timestamptz,
    last_delivered_at timestamptz,
    failing_since timestamptz,
    last_error text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_alert_receivers.max_rows);
    return query
    select
        r.id,
        r.receiver_name,
        r.kind,
        r.matcher,
        r.minimum_severity,
        r.group_by,
        r.group_wait,
        r.repeat_interval,
        r.send_resolved,
        r.timeout,
        r.enabled,
        r.created_by,
        r.created_at,
        r.updated_at,
        r.address_changed_at,
        s.waiting_count,
        s.oldest_waiting_at,
        s.last_delivered_at,
        s.failing_since,
        s.last_error
    from perf.alert_receivers as r
    join perf_internal.get_receiver_states() as s on s.receiver_id = r.id
    order by r.receiver_name;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_alert_receivers.max_rows, v_row_count);
end
$$;

comment on function perf.get_alert_receivers is
    'Who is told of alerts, without address and headers, by name. waiting_count messages are not delivered, the oldest since oldest_waiting_at. failing_since is when the first message was made that could not be sent, and last_error why; null where all is well. Errors: 22023 more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_alert_receivers from public;
grant execute on function perf.get_alert_receivers
    to authenticated, service_role, perf_admin, perf_analyst;
