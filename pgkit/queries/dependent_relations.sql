-- Tables and views of ours whose policies, definitions or triggers call one of these functions.
select distinct format('%%s.%%s', n.nspname, c.relname)
from pg_catalog.pg_depend as d
left join pg_catalog.pg_policy as l on d.classid = 'pg_policy'::regclass and l.oid = d.objid
left join pg_catalog.pg_rewrite as w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
left join pg_catalog.pg_trigger as t on d.classid = 'pg_trigger'::regclass and t.oid = d.objid
join pg_catalog.pg_class as c on c.oid in (l.polrelid, w.ev_class, t.tgrelid)
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where d.refclassid = 'pg_proc'::regclass
    and d.refobjid in (select r.signature::regprocedure from unnest(%s::text[]) as r (signature))
    and n.nspname in ('perf', 'perf_internal')
