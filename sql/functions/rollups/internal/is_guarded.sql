create or replace function perf_internal.is_guarded()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return not exists (select from perf_internal.get_unguarded_tables())
        and exists (
            select
            from pg_proc as p
            where p.oid = 'perf_internal.require_role(perf.app_role[])'::regprocedure
                and p.prosrc ~ 'refuse_node'
        );
end
$$;

comment on function perf_internal.is_guarded is
    'Whether this worker of a cluster refuses calls and reports; see perf_internal.guard_node().';

revoke execute on function perf_internal.is_guarded from public;
