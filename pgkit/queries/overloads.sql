-- Functions of our schemas that share a name. Ours do not, so one of them is not ours.
select format(
    '%s.%I(%s) of %s',
    p.pronamespace::regnamespace,
    p.proname,
    pg_get_function_identity_arguments(p.oid),
    p.proowner::regrole
)
from pg_catalog.pg_proc as p
where (p.pronamespace, p.proname) in (
    select o.pronamespace, o.proname
    from pg_catalog.pg_proc as o
    where o.pronamespace in (to_regnamespace('perf'), to_regnamespace('perf_internal'))
    group by 1, 2
    having count(*) > 1
)
order by 1
