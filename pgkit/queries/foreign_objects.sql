-- What is in our schemas before we were.
select c.oid::regclass::text
from pg_class as c
where c.relnamespace in (to_regnamespace('perf'), to_regnamespace('perf_internal'))
    and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
union all
select p.oid::regprocedure::text
from pg_proc as p
where p.pronamespace in (to_regnamespace('perf'), to_regnamespace('perf_internal'))
order by 1
limit 5
