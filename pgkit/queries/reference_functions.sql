-- Every function and procedure of perf: what it takes, gives and is for, and who may call it. The
-- role is the one that it asks for, or that the function of perf_internal does which it stands for.
select
    p.proname as name,
    p.prokind = 'p' as is_procedure,
    obj_description(p.oid, 'pg_proc') as comment,
    array(
        select array[coalesce(p.proargnames[a.number], ''), concat_ws(
            ' ',
            nullif(p.proargnames[a.number], ''),
            format_type(a.type, null),
            'default ' || replace(regexp_replace(
                pg_get_function_arg_default(p.oid, a.number::integer), '::[a-z ]+([[][]])?$', ''
            ), 'NULL', 'null')
        )]
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
            with ordinality as a (type, number)
        where coalesce(p.proargmodes[a.number], 'i') in ('i', 'b', 'v')
        order by a.number
    ) as arguments,
    array(
        select concat_ws(' ', p.proargnames[a.number], format_type(a.type, null))
        from unnest(p.proallargtypes) with ordinality as a (type, number)
        where p.proargmodes[a.number] in ('o', 't')
        order by a.number
    ) as columns,
    p.proretset as returns_rows,
    format_type(p.prorettype, null) as returned,
    array(
        select g.rolname::text
        from aclexplode(p.proacl) as a
        join pg_roles as g on g.oid = a.grantee
        where a.privilege_type = 'EXECUTE' and a.grantee <> p.proowner
        order by 1
    ) as granted_to,
    (
        select array_agg(distinct r.role[1] order by r.role[1])
        from pg_proc as f
        cross join regexp_matches(f.prosrc, 'require_role[(]([^)]*)[)]', 'g') as c (list)
        cross join regexp_matches(c.list[1], '''([a-z]+)''', 'g') as r (role)
        where f.proname = p.proname
            and f.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
    ) as asks_for
from pg_proc as p
where p.pronamespace = 'perf'::regnamespace
    and not exists (select from pg_class as o where o.reltype = p.proargtypes[0])
order by p.proname
