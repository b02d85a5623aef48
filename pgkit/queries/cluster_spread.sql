-- Tables of ours that are spread over nodes, their partitions, and the views that show them.
with recursive relations as (
    select p.logicalrelid::oid as id
    from pg_catalog.pg_dist_partition as p
    union
    select w.ev_class
    from relations as r
    join pg_catalog.pg_depend as d
        on d.refclassid = 'pg_class'::regclass
        and d.refobjid = r.id
    join pg_catalog.pg_rewrite as w
        on d.classid = 'pg_rewrite'::regclass
        and w.oid = d.objid
)
select format('%s.%s', c.relnamespace::regnamespace, c.relname)
from relations as r
join pg_catalog.pg_class as c on c.oid = r.id
where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
