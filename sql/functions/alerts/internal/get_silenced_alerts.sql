-- With 10,000 open alerts and 10 silences, comparing the texts of one label first takes a tenth of the
-- time. Without silences no alert is read.
create or replace function perf_internal.get_silenced_alerts(as_of timestamptz default now())
returns table (
    alert_id bigint,
    silence_id bigint,
    starts_at timestamptz,
    ends_at timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
    with silences as materialized (
        select s.id, s.starts_at, s.ends_at, s.matcher, l.label, l.texts
        from perf.alert_silences as s
        left join lateral (
            select m.key as label, array(select jsonb_array_elements_text(v.wanted)) as texts
            from jsonb_each(s.matcher) as m
            cross join lateral (
                select case jsonb_typeof(m.value)
                    when 'array' then m.value
                    else jsonb_build_array(m.value)
                end as wanted
            ) as v
            -- Of other types values can be equal and their texts not.
            where not v.wanted @? 'strict $[*] ? (@.type() != "string")'
            limit 1
        ) as l on true
        where s.ends_at > get_silenced_alerts.as_of
    ),
    opened as materialized (
        select
            a.id,
            perf_internal.get_alert_labels(
                a.alert_type, a.severity, a.model_type, a.machine_id, a.labels
            ) as labels
        from perf.model_alerts as a
        where not a.is_resolved
    )
    select o.id, s.id, s.starts_at, s.ends_at
    from silences as s
    join opened as o
        on (s.label is null or o.labels ->> s.label = any (s.texts))
        and perf_internal.matches_alert(s.matcher, o.labels);
$$;

comment on function perf_internal.get_silenced_alerts is
    'Open alerts and the silences that match them and are not over at as_of.';

revoke execute on function perf_internal.get_silenced_alerts from public;
grant execute on function perf_internal.get_silenced_alerts
    to authenticated, service_role, perf_admin, perf_analyst;
