-- security invoker: an admin may write budgets. The trigger prepare_budget checks them. Of two at once
-- for a name the second waits at the unique index until the first ends, and replaces what it said.
create or replace function perf.set_budget(
    budget_name text,
    amount double precision,
    currency text default 'USD',
    period text default 'monthly',
    labels jsonb default '{}',
    time_zone text default 'UTC',
    book text default 'standard',
    warn_at double precision default 0.8,
    enabled boolean default true,
    description text default null,
    runbook_url text default null
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
begin
    perform perf_internal.require_role('admin');
    insert into perf.budgets as b (
        budget_name, amount, currency, period, labels, time_zone, book, warn_at, enabled,
        description, runbook_url
    )
    values (
        set_budget.budget_name,
        set_budget.amount,
        set_budget.currency,
        set_budget.period,
        set_budget.labels,
        set_budget.time_zone,
        set_budget.book,
        set_budget.warn_at,
        set_budget.enabled,
        set_budget.description,
        set_budget.runbook_url
    )
    on conflict on constraint budgets_budget_name_key do update
    set amount = excluded.amount,
        currency = excluded.currency,
        period = excluded.period,
        labels = excluded.labels,
        time_zone = excluded.time_zone,
        book = excluded.book,
        warn_at = excluded.warn_at,
        enabled = excluded.enabled,
        description = excluded.description,
        runbook_url = excluded.runbook_url
    returning b.id into v_id;
    return v_id;
end
$$;

comment on function perf.set_budget is
    'Adds a budget, or replaces the one of this name with all its settings; returns its id. It is what the calls that have labels may cost in a period (daily, weekly from Monday, monthly) of a time zone, by the prices of a book. Its alert is a warning from the share warn_at on, or when the projection to the end of the period exceeds the amount, and critical from the whole amount on. Errors: 22023 a bad value, or a label that calls do not have, 42501 not an admin.';

revoke execute on function perf.set_budget from public;
grant execute on function perf.set_budget to authenticated, service_role, perf_admin;
