-- Functions of our schemas that share a name. Ours do not, so one of them is not ours. Relationships do:
-- one of perf takes a row of a table and returns rows, and each table has its own.
with functions as (
    select
        p.*,
        p.pronamespace = to_regnamespace('perf')
        and p.pronargs = 1
        and p.proretset
        and exists (
            select
            from pg_catalog.pg_type as y
            inner join pg_catalog.pg_class as c on c.oid = y.typrelid
            where y.oid = p.proargtypes[0]
                and c.relkind in ('r', 'p', 'v')
        ) as is_relationship
    from pg_catalog.pg_proc as p
    where p.pronamespace in (to_regnamespace('perf'), to_regnamespace('perf_internal'))
)
select format(
    '%s.%I(%s) of %s',
    f.pronamespace::regnamespace,
    f.proname,
    pg_get_function_identity_arguments(f.oid),
    f.proowner::regrole
)
from functions as f
where (f.pronamespace, f.proname) in (
    select o.pronamespace, o.proname
    from functions as o
    group by 1, 2
    having count(*) > 1
        and not bool_and(o.is_relationship)
)
order by 1
