create or replace function perf.get_alert_deliveries(
    receiver_name text default null,
    max_rows integer default 100
)
returns table (
    delivery_id uuid,
    receiver text,
    status text,
    is_test boolean,
    attempt_count integer,
    created_at timestamptz,
    next_attempt_at timestamptz,
    delivered_at timestamptz,
    gave_up_at timestamptz,
    claimed_by text,
    last_error text,
    group_labels jsonb,
    alert_count bigint,
    alert_ids jsonb
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_alert_deliveries.max_rows);
    if get_alert_deliveries.receiver_name is not null and not exists (
        select
        from perf.alert_receivers as r
        where r.receiver_name = btrim(get_alert_deliveries.receiver_name)
    )
    then
        raise exception using
            errcode = 'PT404',
            message = 'there is no receiver '
                || perf_internal.quote_value(get_alert_deliveries.receiver_name),
            hint = 'perf.get_alert_receivers() lists them.';
    end if;
    return query
    select
        d.id,
        r.receiver_name,
        case
            when d.delivered_at is not null then 'delivered'
            when d.gave_up_at is not null then 'gave up'
            when d.lease_expires_at is not null then 'sending'
            else 'waiting'
        end,
        (d.payload -> 'is_test')::boolean,
        d.attempt_count,
        d.created_at,
        case
            when d.delivered_at is null and d.gave_up_at is null then d.next_attempt_at
        end,
        d.delivered_at,
        d.gave_up_at,
        d.claimed_by,
        d.last_error,
        d.payload -> 'group_labels',
        (d.payload -> 'alert_count')::bigint,
        jsonb_path_query_array(d.payload, '$.alerts[*].alert_id ? (@ != null)')
    from perf.alert_receivers as r
    cross join lateral (
        select m.*
        from perf_internal.alert_deliveries as m
        where m.receiver_id = r.id
        order by m.created_at desc
        limit get_alert_deliveries.max_rows
    ) as d
    where get_alert_deliveries.receiver_name is null
        or r.receiver_name = btrim(get_alert_deliveries.receiver_name)
    order by d.created_at desc, d.id
    limit get_alert_deliveries.max_rows;
end
$$;

comment on function perf.get_alert_deliveries is
    'Messages to one receiver or all, the newest first. status is waiting, sending, delivered or gave up; next_attempt_at of one that is sending is the end of its lease. alert_ids are the alerts that it lists, alert_count counts those that it left out too. At most max_rows, 1 to 100000. Errors: 22023 bad argument, PT404 no such receiver, 42501 not an analyst.';

revoke execute on function perf.get_alert_deliveries from public;
grant execute on function perf.get_alert_deliveries
    to authenticated, service_role, perf_admin, perf_analyst;
