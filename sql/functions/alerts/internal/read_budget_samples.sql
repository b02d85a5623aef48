-- The period is a label, so each period has an alert of its own: that of the last one ends when the next
-- begins. Within a period what is spent never falls. A projection does; so an alert that it opened stays
-- until the projection itself, and not only the lower end of its interval, is within the amount.
create or replace function perf_internal.read_budget_samples(as_of timestamptz)
returns table (
    alert_type text,
    rule_id bigint,
    labels jsonb,
    value double precision,
    sample_count bigint,
    level integer,
    is_recovered boolean,
    details jsonb
)
language sql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
    select
        'budget',
        b.id,
        b.labels || jsonb_build_object('budget', b.budget_name, 'period', m.period_name),
        m.spent,
        m.call_count,
        m.level,
        m.level = 0 and coalesce(m.projected <= b.amount, true),
        jsonb_build_object(
            'budget', b.budget_name,
            'spent', m.spent,
            'amount', b.amount,
            'currency', b.currency,
            'share', m.spent / b.amount,
            'warn_at', b.warn_at,
            'projected', m.projected,
            'projected_low', m.projected_low,
            'projected_high', m.projected_high,
            'period_start', m.period_start,
            'period_end', m.period_end,
            'billed_cost', m.billed_cost,
            'unpriced_calls', m.unpriced_calls,
            'other_currency_calls', m.other_currency_calls,
            'end_time', read_budget_samples.as_of,
            'description', b.description,
            'runbook_url', b.runbook_url
        )
    from perf_internal.measure_budgets(
        read_budget_samples.as_of, array(select e.id from perf.budgets as e where e.enabled)
    ) as m
    join perf.budgets as b on b.id = m.budget_id;
$$;

comment on function perf_internal.read_budget_samples is
    'A sample of each enabled budget at a time: level 0, 1 warning or 2 critical. value is what is spent, sample_count is how many calls that is, and details are the details of its alert.';

revoke execute on function perf_internal.read_budget_samples from public;
grant execute on function perf_internal.read_budget_samples
    to authenticated, service_role, perf_admin, perf_analyst;
