-- Without the rights of owners on their own objects, and without types: public may use types by
-- default, and a type gives access to no data.
create or replace function perf_internal.get_rights(object_names text[] default null)
returns table (
    grantee text,
    privilege text,
    object_type text,
    object_name text,
    grantor text,
    is_by_owner boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $$
    with schemas as (
        select n.*
        from pg_namespace as n
        where n.nspname in ('perf', 'perf_internal')
    ),
    objects as (
        select
            'schema' as object_type,
            quote_ident(n.nspname) as object_name,
            null::name as column_name,
            n.nspowner as owner,
            n.nspacl as acl
        from schemas as n
        where get_rights.object_names is null
            or n.nspname = any(get_rights.object_names)
        union all
        select
            case c.relkind when 'S' then 'sequence' else 'table' end,
            c.oid::regclass::text,
            null,
            c.relowner,
            c.relacl
        from pg_class as c
        join schemas as n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
            and (
                get_rights.object_names is null
                or n.nspname || '.' || c.relname = any(get_rights.object_names)
            )
        union all
        select 'table', c.oid::regclass::text, t.attname, c.relowner, t.attacl
        from pg_class as c
        join schemas as n on n.oid = c.relnamespace
        join pg_attribute as t on t.attrelid = c.oid
        where c.relkind in ('r', 'p', 'v', 'm', 'f')
            and t.attacl is not null
            and (
                get_rights.object_names is null
                or n.nspname || '.' || c.relname = any(get_rights.object_names)
            )
        union all
        select
            'routine',
            p.oid::regprocedure::text,
            null,
            p.proowner,
            coalesce(p.proacl, acldefault('f', p.proowner))
        from pg_proc as p
        join schemas as n on n.oid = p.pronamespace
        where get_rights.object_names is null
            or n.nspname || '.' || p.proname = any(get_rights.object_names)
    )
    select
        coalesce(r.rolname, 'public'),
        lower(a.privilege_type)
            || coalesce(' (' || quote_ident(o.column_name) || ')', '')
            || case when a.is_grantable then ' with grant option' else '' end,
        o.object_type,
        o.object_name,
        g.rolname,
        a.grantor = o.owner
    from objects as o
    cross join lateral aclexplode(o.acl) as a
    left join pg_roles as r on r.oid = a.grantee
    left join pg_roles as g on g.oid = a.grantor
    where a.grantee <> o.owner
        and (
            a.grantee = 0
            or r.rolname in (
                'anon',
                'authenticated',
                'service_role',
                'perf_admin',
                'perf_analyst',
                'perf_recorder',
                'perf_notifier'
            )
        );
$$;

comment on function perf_internal.get_rights is
    'What public and the API roles may do with our schemas, tables, columns, sequences and routines, or with those of these names; who granted it, and whether as owner.';

revoke execute on function perf_internal.get_rights from public;
