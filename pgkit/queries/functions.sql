-- Every function and procedure of ours in the database. A relationship, which takes a row of a table
-- and returns rows, is told from others of its name by the table.
select n.nspname || '.' || p.proname || coalesce('(' || m.nspname || '.' || c.relname || ')', '')
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
left join pg_catalog.pg_type as y
    on p.pronargs = 1
    and p.proretset
    and y.oid = p.proargtypes[0]
left join pg_catalog.pg_class as c
    on c.oid = y.typrelid
    and c.relkind in ('r', 'p', 'v')
left join pg_catalog.pg_namespace as m on m.oid = c.relnamespace
where n.nspname in ('perf', 'perf_internal')
    and not exists (
        select
        from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_proc'::regclass
            and d.objid = p.oid
            and d.deptype = 'e'
    )
order by 1
