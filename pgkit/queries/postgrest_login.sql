-- The login of PostgREST, and its settings in the database, as PostgREST reads them: those of this
-- database come before those of all databases.
select
    r.rolcanlogin as can_login,
    r.rolinherit as inherits,
    r.rolsuper as is_superuser,
    r.rolbypassrls as bypasses_policies,
    array(
        select m.name
        from unnest(array['anon', 'authenticated', 'service_role']) as m (name)
        where not pg_has_role(
            r.oid,
            m.name,
            case
                when current_setting('server_version_num')::integer >= 160000 then 'set'
                else 'member'
            end
        )
        order by 1
    ) as missing_roles,
    array(
        select distinct format('%s on %s', lower(g.privilege_type), o.name)
        from (
            select 'schema ' || n.nspname, n.nspacl
            from pg_catalog.pg_namespace as n
            where n.nspname in ('perf', 'perf_internal')
            union all
            select c.oid::regclass::text, c.relacl
            from pg_catalog.pg_class as c
            where c.relnamespace in (to_regnamespace('perf'), to_regnamespace('perf_internal'))
            union all
            select p.oid::regproc::text, p.proacl
            from pg_catalog.pg_proc as p
            where p.pronamespace in (to_regnamespace('perf'), to_regnamespace('perf_internal'))
        ) as o (name, acl)
        cross join lateral pg_catalog.aclexplode(o.acl) as g
        where g.grantee = r.oid
        order by 1
    ) as own_rights,
    coalesce(
        (
            select jsonb_object_agg(s.name, s.value)
            from (
                select distinct on (1)
                    split_part(c.entry, '=', 1),
                    substr(c.entry, strpos(c.entry, '=') + 1)
                from pg_catalog.pg_db_role_setting as d
                cross join lateral unnest(d.setconfig) as c (entry)
                left join pg_catalog.pg_database as b on b.oid = d.setdatabase
                where d.setrole = r.oid
                    and (d.setdatabase = 0 or b.datname = current_database())
                    and c.entry like 'pgrst.%'
                order by 1, d.setdatabase desc
            ) as s (name, value)
        ),
        '{}'
    ) as settings
from pg_catalog.pg_roles as r
where r.rolname = 'authenticator'
