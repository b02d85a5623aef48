-- Roles whose new objects in our schemas would be open to public or an API role.
select
    d.defaclrole::regrole::text as creator,
    array_agg(distinct d.defaclnamespace::regnamespace::text) as schemas,
    array_agg(distinct coalesce(r.rolname::text, 'public')) as grantees
from pg_catalog.pg_default_acl as d
cross join lateral pg_catalog.aclexplode(d.defaclacl) as a
left join pg_catalog.pg_roles as r on r.oid = a.grantee
where d.defaclnamespace in (to_regnamespace('perf'), to_regnamespace('perf_internal'))
    and (
        a.grantee = 0
        or r.rolname in (
            'anon', 'authenticated', 'service_role', 'perf_admin', 'perf_analyst', 'perf_recorder',
            'perf_notifier'
        )
    )
group by 1
order by 1
