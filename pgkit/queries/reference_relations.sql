-- Every table and view of perf: its columns, and who may read which rows.
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
        select distinct format(
            '%s: %s',
            array_to_string(array(select unnest(p.roles)::text order by 1), ', '),
            case
                when p.qual = 'true' then 'all rows'
                when p.qual ~ '::perf.app_role' then 'all rows, to users with the role '
                    || array_to_string(array(
                        select distinct m[1]
                        from regexp_matches(p.qual, '''([a-z]+)''::perf.app_role', 'g') as m
                        order by 1
                    ), ' or ')
                else 'a user''s own row'
            end
        )
        from pg_policies as p
        where p.schemaname = 'perf' and p.tablename = c.relname and p.cmd in ('SELECT', 'ALL')
        order by 1
    ) as rows_for
from pg_class as c
where c.relnamespace = 'perf'::regnamespace and c.relkind in ('r', 'p', 'v')
order by c.relname
