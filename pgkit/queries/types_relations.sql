-- Every table and view of perf, with what a client must know of its columns and foreign keys.
select
    c.relname::text as name,
    c.relkind = 'v' as is_view,
    obj_description(c.oid, 'pg_class') as comment,
    (
        select jsonb_agg(
            jsonb_build_object(
                'name', a.attname,
                'type', format_type(a.atttypid, null),
                'comment', col_description(c.oid, a.attnum),
                'is_nullable', not a.attnotnull,
                'has_default', a.atthasdef or a.attidentity <> '',
                'is_generated', a.attgenerated <> '' or a.attidentity = 'a'
            )
            order by a.attname collate "C"
        )
        from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) as columns,
    (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'name', k.conname,
                'columns', n.names,
                'relation', f.relname,
                'referenced_columns', n.referenced_names,
                'is_one_to_one', exists (
                    select
                    from pg_constraint as u
                    where u.conrelid = c.oid
                        and u.contype in ('p', 'u')
                        and u.conkey <@ k.conkey
                        and k.conkey <@ u.conkey
                )
            )
            order by k.conname collate "C"
        ), '[]')
        from pg_constraint as k
        join pg_class as f on f.oid = k.confrelid
        cross join lateral (
            select
                array_agg(a.attname::text order by p.place) as names,
                array_agg(b.attname::text order by p.place) as referenced_names
            from unnest(k.conkey, k.confkey) with ordinality as p (number, referenced, place)
            join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = p.number
            join pg_attribute as b on b.attrelid = k.confrelid and b.attnum = p.referenced
        ) as n
        where k.conrelid = c.oid
            and k.contype = 'f'
            and f.relnamespace = c.relnamespace
            and not f.relispartition
            and k.conparentid = 0
    ) as relationships
from pg_class as c
where c.relnamespace = 'perf'::regnamespace
    and c.relkind in ('r', 'p', 'v')
    and not c.relispartition
order by c.relname collate "C"
