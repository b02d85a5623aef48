-- What row level security does not stop: API roles that it does not apply to, and tables where it is
-- off. service_role may have bypassrls, as on Supabase: it may do what an admin may anyway.
select
    format('role %s %s', r.rolname, case when r.rolsuper then 'is a superuser' else 'has bypassrls' end),
    format('alter role %I nosuperuser nobypassrls', r.rolname)
from pg_catalog.pg_roles as r
where r.rolname in ('anon', 'authenticated', 'perf_analyst', 'perf_recorder', 'perf_notifier')
    and (r.rolsuper or r.rolbypassrls)
union all
select
    format('role %s is a member of %s, who owns the tables', r.rolname, n.nspowner::regrole),
    format('revoke %s from %I', n.nspowner::regrole, r.rolname)
from pg_catalog.pg_roles as r
cross join pg_catalog.pg_namespace as n
where n.nspname = 'perf'
    and r.rolname in (
        'anon', 'authenticated', 'service_role', 'perf_analyst', 'perf_recorder', 'perf_notifier'
    )
    and not r.rolsuper
    and pg_has_role(r.oid, n.nspowner, 'member')
union all
select format('table %s has no row level security', c.oid::regclass), 'pgkit migrate'
from pg_catalog.pg_class as c
where c.relnamespace in (to_regnamespace('perf'), to_regnamespace('perf_internal'))
    and c.relkind in ('r', 'p')
    and not c.relrowsecurity
    and c.relname !~ '^(_yoyo|applied_|yoyo_lock)'
order by 1
