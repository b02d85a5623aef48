-- security invoker: an admin may write objectives. Of two at once the second finds none.
create or replace function perf.delete_slo_objective(objective_name text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('admin');
    delete from perf.slo_objectives as o
    where o.objective_name = btrim(delete_slo_objective.objective_name);
    return found;
end
$$;

comment on function perf.delete_slo_objective is
    'Deletes a service level objective; false if there is none of this name. The next evaluation resolves its alerts. Error 42501: not an admin.';

revoke execute on function perf.delete_slo_objective from public;
grant execute on function perf.delete_slo_objective to authenticated, service_role, perf_admin;
