-- Pairs of windows from the chapter "Alerting on SLOs" of Google's Site Reliability Workbook. A pair
-- alerts at the rate that uses up budget_share of the error budget within its long window: for 30 days
-- that is 14.4, 6, 3 and 1 times the rate that the budget allows. A time window of 7 days would get 3.4,
-- 1.4, 0.7 and 0.2 in this way; but a rate of up to 1 breaks no objective, so no limit is below 1.
--
-- A window without values burns nothing, so its pair does not alert: a service that nobody calls uses
-- no error budget. The short window ends an alert soon after the rate has fallen.
create or replace function perf_internal.measure_objectives(
    as_of timestamptz,
    objective_ids bigint[],
    has_budget boolean default false
)
returns table (
    objective_id bigint,
    labels jsonb,
    level integer,
    burn_rate double precision,
    sample_count bigint,
    burn_rates jsonb,
    budget_start timestamptz,
    budget_end timestamptz,
    total_count bigint,
    bad_count bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
set jit = off
set enable_nestloop = off
as $$
    with measured as materialized (
        select
            w.*,
            -- As numeric, so that 1 - 0.9 is 0.1.
            w.bad_count / nullif(w.total_count, 0)::float8
                / (1 - o.target::numeric)::float8 as burn_rate
        from perf_internal.read_objective_windows(
            measure_objectives.as_of,
            measure_objectives.objective_ids,
            measure_objectives.has_budget
        ) as w
        join perf.slo_objectives as o on o.id = w.objective_id
    ),
    judged as (
        select
            l.objective_id,
            l.group_labels,
            p.level,
            l.total_count,
            l.burn_rate,
            -- Above 1 the pair alerts. What rounding does to a quotient is no excess.
            case
                when l.total_count >= o.minimum_sample and s.total_count > 0
                then least(l.burn_rate, s.burn_rate) / greatest(
                    p.budget_share * extract(epoch from o.time_window)::float8 / p.long_s, 1
                ) - 1e-9
            end as excess
        from (
            values
                (2, 3600, 300, 0.02::float8),
                (2, 21600, 1800, 0.05),
                (1, 86400, 7200, 0.1),
                (1, 259200, 21600, 0.1)
        ) as p (level, long_s, short_s, budget_share)
        join measured as l on l.window_s = p.long_s
        join perf.slo_objectives as o on o.id = l.objective_id
        left join measured as s
            on s.objective_id = l.objective_id
            and s.group_labels = l.group_labels
            and s.window_s = p.short_s
    ),
    -- The pair that alerts, or else is nearest to it.
    worst as (
        select distinct on (j.objective_id, j.group_labels)
            j.objective_id,
            j.group_labels,
            case when j.excess > 1 then j.level else 0 end as level,
            j.burn_rate,
            j.total_count
        from judged as j
        order by
            j.objective_id,
            j.group_labels,
            case when j.excess > 1 then j.level end desc nulls last,
            j.excess desc nulls last,
            j.total_count desc
    ),
    by_group as (
        select
            m.objective_id,
            m.group_labels,
            jsonb_object_agg(m.window_s, m.burn_rate) as burn_rates,
            min(m.window_start) filter (where m.window_s = b.budget_s) as budget_start,
            min(m.window_end) as budget_end,
            max(m.total_count) filter (where m.window_s = b.budget_s) as total_count,
            max(m.bad_count) filter (where m.window_s = b.budget_s) as bad_count
        from measured as m
        join (
            select o.id, extract(epoch from o.time_window) as budget_s
            from perf.slo_objectives as o
        ) as b on b.id = m.objective_id
        group by m.objective_id, m.group_labels
    )
    select
        g.objective_id,
        o.scope_labels || g.group_labels
            || jsonb_build_object('metric', o.metric_name, 'objective', o.objective_name),
        w.level,
        w.burn_rate,
        w.total_count,
        g.burn_rates,
        g.budget_start,
        g.budget_end,
        g.total_count,
        g.bad_count
    from by_group as g
    join worst as w
        on w.objective_id = g.objective_id
        and w.group_labels = g.group_labels
    join perf.slo_objectives as o on o.id = g.objective_id;
$$;

comment on function perf_internal.measure_objectives is
    'Each group of these objectives: the labels of its alert; level 2 where a pair of windows is critical, 1 where one warns, else 0; burn rate and values of the longer window of that pair, or of the one nearest to its limit; burn rates by seconds of the window; and with has_budget what the time window of the objective holds, which of it is kept, and how many of its values are bad. A burn rate is the bad share over the share that may be bad: at 1 the error budget lasts exactly the time window. Null without values.';

revoke execute on function perf_internal.measure_objectives from public;
grant execute on function perf_internal.measure_objectives
    to authenticated, service_role, perf_admin, perf_analyst;
