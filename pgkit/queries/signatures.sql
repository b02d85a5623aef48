-- The signatures of a function of ours, which are two while an upgrade replaces one by another.
select p.oid::regprocedure::text
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where format('%%s.%%s', n.nspname, p.proname) = any(%s)
order by 1
