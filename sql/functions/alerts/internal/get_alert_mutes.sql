-- A critical alert that is silenced inhibits all the same: who silenced it does not want to hear of its
-- warning instead.
--
-- Without nested loops, because alerts come in storms, of which the planner has no statistics yet.
create or replace function perf_internal.get_alert_mutes(as_of timestamptz default now())
returns table (
    alert_id bigint,
    silence_id bigint,
    silenced_until timestamptz,
    inhibited_by bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
set enable_nestloop = off
set jit = off
as $$
    with silenced as (
        select distinct on (m.alert_id) m.alert_id, m.silence_id, m.ends_at
        from perf_internal.get_silenced_alerts(get_alert_mutes.as_of) as m
        where m.starts_at <= get_alert_mutes.as_of
        order by m.alert_id, m.ends_at desc, m.silence_id
    ),
    opened as materialized (
        select
            a.id,
            a.severity,
            a.model_type,
            a.machine_id,
            a.labels - array['threshold_id', 'statistic', 'objective'] as series
        from perf.model_alerts as a
        where not a.is_resolved
            and a.labels ? 'metric'
    ),
    inhibited as (
        select w.id, min(c.id) as inhibited_by
        from opened as w
        join opened as c
            on c.series = w.series
            and c.model_type is not distinct from w.model_type
            and c.machine_id is not distinct from w.machine_id
        where w.severity <> 'critical'
            and c.severity = 'critical'
        group by w.id
    )
    select coalesce(s.alert_id, i.id), s.silence_id, s.ends_at, i.inhibited_by
    from silenced as s
    full join inhibited as i on i.id = s.alert_id;
$$;

comment on function perf_internal.get_alert_mutes is
    'Open alerts of which nobody is told at as_of. silence_id is the silence that matches and lasts longest, until silenced_until. inhibited_by is an open critical alert of the same series, for an alert that is less severe: both have a label metric, and the same labels apart from threshold_id, statistic and objective, model type and machine.';

revoke execute on function perf_internal.get_alert_mutes from public;
grant execute on function perf_internal.get_alert_mutes
    to authenticated, service_role, perf_admin, perf_analyst;
