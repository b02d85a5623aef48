-- Two reads for each budget: its period, and the 28 whole days (UTC) before as_of. Days before the first call
-- are no days without cost.
create or replace function perf_internal.measure_budgets(
    as_of timestamptz,
    budget_ids bigint[]
)
returns table (
    budget_id bigint,
    period_start timestamptz,
    period_end timestamptz,
    period_name text,
    spent double precision,
    billed_cost double precision,
    call_count bigint,
    billed_calls bigint,
    unpriced_calls bigint,
    other_currency_calls bigint,
    history_days integer,
    projected double precision,
    projected_low double precision,
    projected_high double precision,
    level integer
)
language sql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
    select
        b.id,
        p.period_start,
        p.period_end,
        p.period_name,
        c.spent,
        c.billed_cost,
        c.call_count,
        c.billed_calls,
        c.unpriced_calls,
        c.other_currency_calls,
        coalesce(cardinality(h.costs), 0),
        j.projected,
        j.low,
        j.high,
        case
            when c.spent >= b.amount then 2
            when c.spent >= b.warn_at * b.amount or j.low > b.amount then 1
            else 0
        end
    from perf.budgets as b
    cross join lateral (
        select
            case
                when b.period = 'monthly'
                then perf_internal.get_month(measure_budgets.as_of, b.time_zone)
                else perf_internal.get_zone_bucket(measure_budgets.as_of, b.period, b.time_zone)
            end as period_start
    ) as s
    cross join lateral (
        select
            s.period_start,
            perf_internal.get_bucket_end(s.period_start, b.period, b.time_zone) as period_end,
            to_char(
                timezone(b.time_zone, s.period_start + interval '1 hour'),
                case when b.period = 'monthly' then 'YYYY-MM' else 'YYYY-MM-DD' end
            ) as period_name
    ) as p
    cross join (
        select date_bin('1 day', measure_budgets.as_of, '2001-01-01 00:00+00') as today
    ) as t
    cross join lateral (
        select
            coalesce(sum(r.list_cost) filter (where r.currency = b.currency), 0)::float8 as spent,
            sum(r.billed_cost) filter (where r.currency = b.currency) as billed_cost,
            coalesce(sum(r.call_count) filter (where r.currency = b.currency), 0)::bigint
                as call_count,
            coalesce(sum(r.billed_calls) filter (where r.currency = b.currency), 0)::bigint
                as billed_calls,
            coalesce(sum(r.call_count) filter (where r.currency is null), 0)::bigint
                as unpriced_calls,
            coalesce(sum(r.call_count) filter (where r.currency <> b.currency), 0)::bigint
                as other_currency_calls
        from perf_internal.read_costs(
            p.period_start, measure_budgets.as_of, b.labels, book => b.book
        ) as r
    ) as c
    cross join lateral (
        with day as materialized (
            select
                r.time_bucket,
                sum(r.list_cost) filter (where r.currency = b.currency)::float8 as cost
            from perf_internal.read_costs(
                t.today - interval '28 days',
                t.today,
                b.labels,
                granularity => 'daily',
                book => b.book
            ) as r
            group by r.time_bucket
        )
        select array_agg(coalesce(d.cost, 0) order by g.day) as costs
        from generate_series(
            (select min(f.time_bucket) from day as f), t.today - interval '1 day', interval '1 day'
        ) as g (day)
        left join day as d on d.time_bucket = g.day
    ) as h
    cross join lateral perf_internal.get_spending_projection(
        h.costs,
        greatest(extract(epoch from p.period_end - measure_budgets.as_of), 0)::float8 / 86400,
        c.spent
    ) as j
    where b.id = any(measure_budgets.budget_ids);
$$;

comment on function perf_internal.measure_budgets is
    'How these budgets stand in the period in which as_of lies: what is spent by list prices in the currency of the budget; what the provider billed for billed_calls of these calls; how many calls have no price, or one in another currency; the projection to the end of the period (perf_internal.get_spending_projection) from history_days whole days before; and the level of the alert: 2 the amount is spent, 1 the share warn_at of it is, or the projection exceeds it for sure enough, else 0.';

revoke execute on function perf_internal.measure_budgets from public;
grant execute on function perf_internal.measure_budgets
    to authenticated, service_role, perf_admin, perf_analyst;
