-- What roles without the rights of the owner have made in our schemas, or on our tables. It runs
-- with the rights of the owner as soon as a security definer function of ours meets it: a function
-- because a call may fit it better than ours, a trigger with every row that we write.
with schemas as (
    select n.oid, n.nspowner
    from pg_catalog.pg_namespace as n
    where n.nspname in ('perf', 'perf_internal')
)
select 'function ' || p.oid::regprocedure::text || ' of ' || p.proowner::regrole::text
from pg_catalog.pg_proc as p
join schemas as n on n.oid = p.pronamespace
where not pg_has_role(p.proowner, n.nspowner, 'usage')
union all
select 'table or view ' || c.oid::regclass::text || ' of ' || c.relowner::regrole::text
from pg_catalog.pg_class as c
join schemas as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not pg_has_role(c.relowner, n.nspowner, 'usage')
union all
select format(
    'trigger %I on %s with a function of %s',
    t.tgname, t.tgrelid::regclass, p.proowner::regrole
)
from pg_catalog.pg_trigger as t
join pg_catalog.pg_class as c on c.oid = t.tgrelid
join schemas as n on n.oid = c.relnamespace
join pg_catalog.pg_proc as p on p.oid = t.tgfoid
where not t.tgisinternal
    and t.tgparentid = 0
    and not pg_has_role(p.proowner, n.nspowner, 'usage')
order by 1
