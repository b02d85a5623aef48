-- Every function of perf that a request can call, with its arguments and what it returns.
select
    p.proname::text as name,
    obj_description(p.oid, 'pg_proc') as comment,
    format_type(p.prorettype, null) as returned,
    p.proretset as returns_rows,
    p.prorows = 1 as returns_at_most_one_row,
    (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'name', coalesce(p.proargnames[a.number], ''),
                'type', format_type(a.type, null),
                'mode', coalesce(p.proargmodes[a.number], 'i'),
                'default', pg_get_function_arg_default(p.oid, a.number::integer)
            )
            order by a.number
        ), '[]')
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
            with ordinality as a (type, number)
    ) as arguments
from pg_proc as p
where p.pronamespace = 'perf'::regnamespace
    and p.prokind = 'f'
    and p.prorettype <> 'trigger'::regtype
order by p.proname collate "C", p.oid::regprocedure::text collate "C"
