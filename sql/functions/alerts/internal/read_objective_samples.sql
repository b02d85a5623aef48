-- A group without any values has level 0: a service that nobody calls burns no error budget. An
-- outage that keeps all calls away is found by a threshold on their number.
create or replace function perf_internal.read_objective_samples(as_of timestamptz)
returns table (
    alert_type text,
    rule_id bigint,
    labels jsonb,
    value double precision,
    sample_count bigint,
    level integer,
    is_recovered boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        'slo_burn_rate',
        m.objective_id,
        m.labels,
        m.burn_rate,
        m.sample_count,
        m.level,
        m.level = 0
    from perf_internal.measure_objectives(
        read_objective_samples.as_of,
        array(select o.id from perf.slo_objectives as o where o.enabled)
    ) as m;
$$;

comment on function perf_internal.read_objective_samples is
    'A sample of each group of each enabled objective at a time: level 0, 1 warning or 2 critical. value is the burn rate in the longer window of the pair that alerts, or is nearest to it, and sample_count is how many values that window has; null and 0 without values, which is level 0.';

revoke execute on function perf_internal.read_objective_samples from public;
grant execute on function perf_internal.read_objective_samples
    to authenticated, service_role, perf_admin, perf_analyst;
