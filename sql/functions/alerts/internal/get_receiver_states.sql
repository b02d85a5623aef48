create or replace function perf_internal.get_receiver_states()
returns table (
    receiver_id bigint,
    waiting_count bigint,
    oldest_waiting_at timestamptz,
    last_delivered_at timestamptz,
    last_error text,
    failing_since timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.id,
        o.waiting_count,
        o.oldest_waiting_at,
        l.delivered_at,
        f.last_error,
        f.failing_since
    from perf.alert_receivers as r
    cross join lateral (
        select count(*) as waiting_count, min(d.created_at) as oldest_waiting_at
        from perf_internal.alert_deliveries as d
        where d.receiver_id = r.id
            and d.delivered_at is null
            and d.gave_up_at is null
    ) as o
    left join lateral (
        select d.delivered_at, d.created_at
        from perf_internal.alert_deliveries as d
        where d.receiver_id = r.id
            and d.delivered_at is not null
        order by d.created_at desc
        limit 1
    ) as l on true
    cross join lateral (
        select
            min(d.created_at) as failing_since,
            (array_agg(d.last_error order by d.next_attempt_at desc))[1] as last_error
        from perf_internal.alert_deliveries as d
        where d.receiver_id = r.id
            and d.last_error is not null
            and d.delivered_at is null
            and (
                d.gave_up_at is null
                or d.created_at > coalesce(l.created_at, '-infinity')
            )
    ) as f;
$$;

comment on function perf_internal.get_receiver_states is
    'How it goes with each receiver: messages that are not delivered and the time of the oldest, when the last one was delivered, and the last error. failing_since is when the first message was made that fails, or that gave up and after which none was delivered; null where none fails.';

revoke execute on function perf_internal.get_receiver_states from public;
grant execute on function perf_internal.get_receiver_states
    to authenticated, service_role, perf_admin, perf_analyst;
