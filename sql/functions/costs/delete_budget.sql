-- security invoker: an admin may write budgets. Of two at once the second finds none.
create or replace function perf.delete_budget(budget_name text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('admin');
    delete from perf.budgets as b
    where b.budget_name = btrim(delete_budget.budget_name);
    return found;
end
$$;

comment on function perf.delete_budget is
    'Deletes a budget; false if there is none of this name. The next evaluation resolves its alert. Error 42501: not an admin.';

revoke execute on function perf.delete_budget from public;
grant execute on function perf.delete_budget to authenticated, service_role, perf_admin;
