-- What PostgREST serves of perf: tables and views by their name, functions with the names of their
-- arguments. A function with one argument of the row of a table is a relationship.
select
    c.relname::text as name,
    null::text[] as arguments
from pg_catalog.pg_class as c
where c.relnamespace = to_regnamespace('perf')
    and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not c.relispartition
union all
select
    p.proname,
    array(
        select coalesce(p.proargnames[a.position], '')
        from generate_series(1, p.pronargs) as a (position)
        order by 1
    )
from pg_catalog.pg_proc as p
where p.pronamespace = to_regnamespace('perf')
    and p.prokind = 'f'
    and not exists (
        select
        from unnest(p.proargtypes) as a (type)
        join pg_catalog.pg_type as t on t.oid = a.type
        where t.typtype = 'c'
    )
order by 1
