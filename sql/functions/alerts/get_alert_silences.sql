create or replace function perf.get_alert_silences(
    is_over boolean default false,
    max_rows integer default 1000,
    as_of timestamptz default now()
)
returns table (
    silence_id bigint,
    status text,
    matcher jsonb,
    starts_at timestamptz,
    ends_at timestamptz,
    reason text,
    created_by text,
    created_at timestamptz,
    ended_by text,
    alert_count bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(get_alert_silences.max_rows);
    select perf_internal.check_as_of(get_alert_silences.as_of);
    select
        s.id,
        case
            when s.ends_at <= get_alert_silences.as_of then 'over'
            when s.starts_at > get_alert_silences.as_of then 'pending'
            else 'active'
        end,
        s.matcher,
        s.starts_at,
        s.ends_at,
        s.reason,
        s.created_by,
        s.created_at,
        s.ended_by,
        coalesce(m.alert_count, 0)
    from perf.alert_silences as s
    left join (
        select a.silence_id, count(*) as alert_count
        from perf_internal.get_silenced_alerts(get_alert_silences.as_of) as a
        group by a.silence_id
    ) as m on m.silence_id = s.id
    where get_alert_silences.is_over is null
        or (s.ends_at <= get_alert_silences.as_of) = get_alert_silences.is_over
    order by
        s.ends_at <= get_alert_silences.as_of,
        abs(extract(epoch from s.ends_at - get_alert_silences.as_of)),
        s.id
    limit get_alert_silences.max_rows;
$$;

comment on function perf.get_alert_silences is
    'Silences that are not over, the next to end first; with is_over those that are over, the last to end first; with null all. status is active, pending or over. alert_count is how many open alerts match one that is not over: those are silenced while it is active. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_alert_silences from public;
grant execute on function perf.get_alert_silences
    to authenticated, service_role, perf_admin, perf_analyst;
