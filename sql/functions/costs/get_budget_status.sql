create or replace function perf.get_budget_status(
    budget_name text default null,
    as_of timestamptz default now(),
    max_rows integer default 1000
)
returns table (
    budget text,
    severity text,
    labels jsonb,
    period text,
    period_start timestamptz,
    period_end timestamptz,
    currency text,
    amount double precision,
    spent double precision,
    share double precision,
    projected double precision,
    projected_low double precision,
    projected_high double precision,
    history_days integer,
    billed_cost double precision,
    call_count bigint,
    billed_calls bigint,
    unpriced_calls bigint,
    other_currency_calls bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_ids bigint[];
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_as_of(get_budget_status.as_of);
    perform perf_internal.check_max_rows(get_budget_status.max_rows);
    v_ids := array(
        select b.id
        from perf.budgets as b
        where b.budget_name = btrim(get_budget_status.budget_name)
            or (get_budget_status.budget_name is null and b.enabled)
    );
    if get_budget_status.budget_name is not null and v_ids = '{}' then
        raise exception using
            errcode = 'PT404',
            message = 'there is no budget '
                || perf_internal.quote_value(get_budget_status.budget_name),
            hint = 'select budget_name from perf.budgets lists them.';
    end if;
    return query
    select
        b.budget_name,
        (array['warning', 'critical'])[m.level],
        b.labels,
        b.period,
        m.period_start,
        m.period_end,
        b.currency,
        b.amount,
        m.spent,
        m.spent / b.amount,
        m.projected,
        m.projected_low,
        m.projected_high,
        m.history_days,
        perf_internal.write_number(m.billed_cost, 12)::float8,
        m.call_count,
        m.billed_calls,
        m.unpriced_calls,
        m.other_currency_calls
    from perf_internal.measure_budgets(get_budget_status.as_of, v_ids) as m
    join perf.budgets as b on b.id = m.budget_id
    order by m.level desc, m.spent / b.amount desc, b.budget_name
    limit get_budget_status.max_rows;
end
$$;

comment on function perf.get_budget_status is
    'How budgets stand at a time: the enabled ones, or the named one, also if it is disabled; alerting and nearest to their amount first. spent is what the calls since period_start cost by list prices, in the currency of the budget; what the provider billed is beside it, as are calls without a price and those whose price is in another currency, which do not count. The hour of as_of counts whole. projected is spent and the mean of up to 28 whole days (UTC) before as_of for the time until period_end; projected_low and projected_high hold what will be spent with a probability of 0.9, if days are alike, independent and normal. Null with fewer than 7 such days since the first call. severity is what that means: critical from the amount on, warning from the share of it that the budget says on or when projected_low exceeds it, else null. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such budget.';

revoke execute on function perf.get_budget_status from public;
grant execute on function perf.get_budget_status
    to authenticated, service_role, perf_admin, perf_analyst;
