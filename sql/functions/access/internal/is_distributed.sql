-- Dynamic SQL, because the table is one of Citus. plpgsql, because that keeps the plan.
create or replace function perf_internal.is_distributed(table_id regclass default null)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_is_distributed boolean := false;
begin
    if to_regclass('pg_catalog.pg_dist_partition') is not null then
        execute
            'select exists (
                select
                from pg_catalog.pg_dist_partition as p
                join pg_class as c on c.oid = p.logicalrelid
                where c.oid = coalesce($1, c.oid)
                    and c.relnamespace in (''perf''::regnamespace, ''perf_internal''::regnamespace)
            )'
        into v_is_distributed
        using is_distributed.table_id;
    end if;
    return v_is_distributed;
end
$$;

comment on function perf_internal.is_distributed is
    'Whether a table is spread over several machines, or copied to all of them; any of our tables if none is named, because all are spread together. See pgkit distribute.';

revoke execute on function perf_internal.is_distributed from public;
grant execute on function perf_internal.is_distributed
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
