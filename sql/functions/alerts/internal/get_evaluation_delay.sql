-- Where thresholds or objectives fail as a whole they are not evaluated. Rules that nobody has evaluated are late since the oldest was made.
create or replace function perf_internal.get_evaluation_delay(as_of timestamptz default now())
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select d.late_since
    from (
        select coalesce(
            (select least(r.last_run_at, r.failed_since) from perf_internal.alert_runs as r),
            least(
                (
                    select min(t.created_at)
                    from perf.performance_alert_thresholds as t
                    where t.enabled
                ),
                (
                    select min(o.created_at)
                    from perf.slo_objectives as o
                    where o.enabled
                )
            )
        ) as late_since
    ) as d
    where d.late_since < get_evaluation_delay.as_of - interval '3 minutes'
        and exists (select from perf_internal.alert_rules);
$$;

comment on function perf_internal.get_evaluation_delay is
    'Since when rules are not evaluated: the last evaluation, since when thresholds or objectives fail as a whole, or when the oldest enabled rule was made; null when that is at most three minutes ago, or no rule is enabled.';

revoke execute on function perf_internal.get_evaluation_delay from public;
grant execute on function perf_internal.get_evaluation_delay
    to authenticated, service_role, perf_admin, perf_analyst;
