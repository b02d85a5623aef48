-- Dynamic SQL, because the table is one of Citus.
create or replace function perf_internal.get_unguarded_tables()
returns setof text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute
        'select d.adrelid::regclass::text
        from pg_catalog.pg_dist_partition as p
        join pg_class as c on c.oid = p.logicalrelid and c.relkind = ''p''
        join pg_attribute as a on a.attrelid = c.oid and a.attname = ''transaction_id''
        join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.relnamespace in (''perf''::regnamespace, ''perf_internal''::regnamespace)
            -- Not by its text, which a session could lock that runs this from another one.
            and not exists (
                select
                from pg_depend as e
                where e.classid = ''pg_attrdef''::regclass
                    and e.objid = d.oid
                    and e.refclassid = ''pg_proc''::regclass
                    and e.refobjid = ''perf_internal.refuse_node()''::regprocedure
            )';
end
$$;

comment on function perf_internal.get_unguarded_tables is
    'Raw tables to which this node of a cluster would give ids of transactions of its own. On the coordinator these are all.';

revoke execute on function perf_internal.get_unguarded_tables from public;
