-- Every table and view of perf: its columns, who may read which rows, and who may write them.
select
    c.relname as name,
    c.relkind = 'v' as is_view,
    obj_description(c.oid, 'pg_class') as comment,
    array(
        select array[
            a.attname::text,
            concat_ws(
                ' ',
                format_type(a.atttypid, a.atttypmod),
                case when a.attnotnull then 'not null' end
            ),
            col_description(c.oid, a.attnum)
        ]
        from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        order by a.attnum
    ) as columns,
    array(
        select g.rolname::text
        from aclexplode(c.relacl) as a
        join pg_roles as g on g.oid = a.grantee
        where a.privilege_type = 'SELECT' and a.grantee <> c.relowner
        order by 1
    ) as granted_to,
    array(
        -- A policy asks for the role of a user. Database roles that it names have that role.
        select format('%s: %s', string_agg(g.role, ', ' order by g.role), g.shown)
        from (
            select
                r.role::text as role,
                case
                    when r.role <> 'authenticated' then 'all rows'
                    else concat_ws(
                        ', and ',
                        'all rows, to users with the role '
                            || array_to_string(array(
                                select distinct m[1]
                                from regexp_matches(
                                    p.qual || ' ''admin''::perf.app_role',
                                    '''([a-z]+)''::perf.app_role',
                                    'g'
                                ) as m
                                order by 1
                            ), ' or '),
                        case when p.qual ~ 'get_user_id' then 'a user''s own row' end
                    )
                end as shown
            from pg_policies as p
            cross join unnest(p.roles) as r (role)
            where p.schemaname = 'perf'
                and p.tablename = c.relname
                and p.cmd in ('SELECT', 'ALL')
                and p.qual <> 'false'
        ) as g
        group by g.shown
        order by 1
    ) as rows_for,
    -- A right of a role, on the table or on columns, that a policy gives rows to.
    array(
        select format(
            '%s: %s%s',
            w.role,
            string_agg(w.command, ', ' order by w.place),
            case when w.role = 'authenticated' then ', by users with the role '
                || array_to_string(array(
                    select distinct m[1]
                    from regexp_matches(w.condition, '''([a-z]+)''::perf.app_role', 'g') as m
                    order by 1
                ), ' or ')
            end
        )
        from (
            select
                r.role::text as role,
                k.place,
                lower(k.cmd) || coalesce(' of ' || g.columns, '') as command,
                min(coalesce(p.qual, p.with_check)) as condition
            from pg_policies as p
            cross join unnest(p.roles) as r (role)
            cross join (
                values (1, 'INSERT'), (2, 'UPDATE'), (3, 'DELETE')
            ) as k (place, cmd)
            cross join lateral (
                select null as columns
                where exists (
                    select from aclexplode(c.relacl) as a
                    where a.grantee = r.role::regrole and a.privilege_type = k.cmd
                )
                union all
                select string_agg(t.attname::text, ', ' order by t.attnum)
                from pg_attribute as t
                cross join aclexplode(t.attacl) as a
                where t.attrelid = c.oid
                    and a.grantee = r.role::regrole
                    and a.privilege_type = k.cmd
                having count(*) > 0
            ) as g
            where p.schemaname = 'perf' and p.tablename = c.relname and p.cmd in (k.cmd, 'ALL')
            group by r.role, k.place, k.cmd, g.columns
        ) as w
        group by w.role, w.condition
        order by w.role collate "C", min(w.place)
    ) as written_by
from pg_class as c
where c.relnamespace = 'perf'::regnamespace and c.relkind in ('r', 'p', 'v')
order by c.relname
