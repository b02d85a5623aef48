-- Objects of other people that would go with our schemas: views, foreign keys, columns, policies.
select distinct regexp_replace(d.type || ' ' || d.identity, '^rule "_RETURN" on', 'view')
from pg_catalog.pg_depend as p
cross join lateral pg_catalog.pg_identify_object(p.refclassid, p.refobjid, 0) as o
cross join lateral pg_catalog.pg_identify_object(p.classid, p.objid, p.objsubid) as d
where p.deptype in ('n', 'a')
    and o.schema in ('perf', 'perf_internal')
    and d.schema is distinct from 'perf'
    and d.schema is distinct from 'perf_internal'
    and (d.schema is not null or d.identity !~ ' (on|for) perf(_internal)?[.]')
    and d.type not in ('default acl', 'default value')
    and d.identity !~ '^(for )?perf(_internal)?[.]'
order by 1
