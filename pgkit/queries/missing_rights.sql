-- What this user and server lack for a migration; no row if nothing.
with wanted as (
    select r.role_name
    from unnest(
        array[
            'anon', 'authenticated', 'service_role', 'perf_admin', 'perf_analyst', 'perf_recorder',
            'perf_notifier'
        ]::name[]
    ) as r (role_name)
),

me as (
    select r.rolsuper as is_superuser, r.rolcreaterole as may_create_role
    from pg_catalog.pg_roles as r
    where r.rolname = current_user
)

select format('PostgreSQL 15 or newer (this is %s)', current_setting('server_version'))
where current_setting('server_version_num')::integer < 150000

union all

select 'transactions that may write (this is a standby, or default_transaction_read_only is on)'
where current_setting('transaction_read_only') = 'on'

union all

select format('CREATE on database %s', current_database())
where not has_database_privilege(current_database(), 'CREATE')
    and (to_regnamespace('perf') is null or to_regnamespace('perf_internal') is null)

union all

select format('CREATEROLE (to create %s)', string_agg(w.role_name::text, ', '))
from wanted as w, me as m
where to_regrole(w.role_name::text) is null
    and not m.is_superuser
    and not m.may_create_role
having count(*) > 0

union all

-- Since PostgreSQL 16 CREATEROLE alone no longer allows a grant of a role that somebody else made.
select 'membership in role perf_admin, or ADMIN OPTION on it'
from me as m
where to_regrole('perf_admin') is not null
    and not m.is_superuser
    and not pg_has_role(to_regrole('perf_admin'), 'MEMBER')
    and not pg_has_role(to_regrole('perf_admin'), 'MEMBER WITH ADMIN OPTION')
    and not (m.may_create_role and current_setting('server_version_num')::integer < 160000)

union all

select format('ownership of schema %s (it belongs to %s)', n.nspname, n.nspowner::regrole)
from pg_catalog.pg_namespace as n
where n.nspname in ('perf', 'perf_internal')
    and not pg_has_role(n.nspowner, 'USAGE')
