-- A digest of everything that the files make again and again: of each function, table, view and
-- pipeline, and of the roles. It differs as soon as somebody changes one of them by hand. Rights are
-- compared by name instead, see rights_differences.sql.
with schemas as (
    select n.oid, n.nspname
    from pg_catalog.pg_namespace as n
    where n.nspname in ('perf', 'perf_internal')
),

functions as (
    select
        format('%%s.%%s', n.nspname, p.proname) as object_name,
        concat_ws(
            E'\n',
            case
                when p.prokind <> 'a' then pg_get_functiondef(p.oid)
                else pg_get_function_arguments(p.oid)
            end,
            (
                select format('%%s %%s %%s', a.aggtransfn, a.aggtranstype::regtype, a.agginitval)
                from pg_catalog.pg_aggregate as a
                where a.aggfnoid = p.oid
            ),
            obj_description(p.oid, 'pg_proc')
        ) as definition
    from pg_catalog.pg_proc as p
    join schemas as n on n.oid = p.pronamespace
    where %(names)s::text[] is null
        or n.nspname || '.' || p.proname = any(%(names)s)
),

-- Of a table what policy files and files of trigger functions make of it, of a view all.
relations as (
    select
        format('%%s.%%s', n.nspname, c.relname) as object_name,
        concat_ws(
            E'\n',
            c.relkind,
            c.relrowsecurity,
            c.relforcerowsecurity,
            case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
            case when c.relkind = 'v' then c.reloptions::text end,
            (
                select string_agg(d.objsubid || ' ' || d.description, E'\n' order by d.objsubid)
                from pg_catalog.pg_description as d
                where d.objoid = c.oid
                    and d.classoid = 'pg_class'::regclass
                    and c.relkind in ('v', 'm')
            ),
            (
                select string_agg(
                    concat_ws(
                        ' ',
                        l.polname,
                        l.polcmd,
                        l.polpermissive,
                        (
                            select string_agg(r.rolname, ',' order by r.rolname)
                            from pg_catalog.pg_roles as r
                            where r.oid = any(l.polroles)
                        ),
                        'using ' || pg_get_expr(l.polqual, l.polrelid),
                        'check ' || pg_get_expr(l.polwithcheck, l.polrelid)
                    ),
                    E'\n' order by l.polname
                )
                from pg_catalog.pg_policy as l
                where l.polrelid = c.oid
            ),
            (
                select string_agg(
                    t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid), E'\n' order by t.tgname
                )
                from pg_catalog.pg_trigger as t
                where t.tgrelid = c.oid
                    and not t.tgisinternal
            )
        ) as definition
    from pg_catalog.pg_class as c
    join schemas as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm')
        and (%(names)s::text[] is null or n.nspname || '.' || c.relname = any(%(names)s))
),

pipelines as (
    select
        'pipeline ' || l.pipeline as object_name,
        concat_ws(
            E'\n',
            l::text,
            (
                select string_agg(m::text, E'\n' order by m.metric)
                from perf.metrics as m
                where m.pipeline = l.pipeline
                    -- Those that rows bring, and what is derived from them, have a dot in their names.
                    and strpos(m.metric, '.') = 0
            ),
            (
                select string_agg(f::text, E'\n' order by f.prefix)
                from perf_internal.metric_families as f
                where f.pipeline = l.pipeline
            )
        ) as definition
    from perf_internal.pipelines as l
),

roles as (
    select
        'roles' as object_name,
        string_agg(r.rolname, ' ' order by r.rolname)
            || coalesce(bool_or(r.rolname = 'perf_admin' and pg_has_role(r.oid, 'member')), false)
            as definition
    from pg_catalog.pg_roles as r
    where r.rolname in (
        'anon', 'authenticated', 'service_role', 'perf_admin', 'perf_analyst', 'perf_recorder',
        'perf_notifier'
    )
    union all
    select n.nspname, n.nspacl::text
    from pg_catalog.pg_namespace as n
    where n.nspname = 'auth'
        and obj_description(n.oid, 'pg_namespace') = 'created by pgkit'
)

select
    o.object_name,
    -- Another major version may write the same definition in another way.
    current_setting('server_version_num')::integer / 10000
        || ' ' || md5(string_agg(o.definition, E'\n' order by o.definition)) as fingerprint
from (
    select f.object_name, f.definition from functions as f
    union all
    select r.object_name, r.definition from relations as r
    union all
    select l.object_name, l.definition from pipelines as l
    union all
    select r.object_name, r.definition from roles as r
) as o
where %(names)s::text[] is null
    or o.object_name = any(%(names)s)
group by o.object_name
