-- Tables and views of ours, the oldest first. So perf.user_roles, which most sessions read before
-- anything else, comes early; views are locked with the tables that they show, so they come last.
select format('%s.%s', n.nspname, c.relname)
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('perf', 'perf_internal')
    and c.relkind in ('r', 'p', 'v')
    and not c.relispartition
order by c.relkind = 'v', c.oid
