-- plpgsql, because that keeps the plan: every statement that looks for pending rows asks it. A function,
-- because Citus sends a query with unnest() no further than the coordinator.
create or replace function perf_internal.get_bounds(numbers bigint[])
returns bigint[]
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return (select array[min(n), max(n)] from unnest(get_bounds.numbers) as n);
end
$$;

comment on function perf_internal.get_bounds is
    'The smallest and the largest of some numbers; nulls for none.';

revoke execute on function perf_internal.get_bounds from public;
grant execute on function perf_internal.get_bounds
    to authenticated, service_role, perf_admin, perf_analyst;
