-- Level by level: two objects or two arrays are opened, all other values are compared. Arrays are
-- compared position by position, so an element that is inserted at the front changes all after it.
-- A difference is then still easy to read, and to apply it needs no search. sort_key pads
-- positions with zeros, so that element 10 comes after 9.
create or replace function perf_internal.compare_json(a jsonb, b jsonb)
returns table (path text[], setting text, kind text, old_value jsonb, new_value jsonb)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with recursive pairs as (
        select
            '{}'::text[] as path,
            '{}'::text[] as sort_key,
            '$' as setting,
            compare_json.a as old_value,
            compare_json.b as new_value
        union all
        select
            p.path || m.key,
            p.sort_key || m.sort_key,
            p.setting || m.step,
            m.old_value,
            m.new_value
        from pairs as p
        cross join lateral (
            select
                coalesce(o.key, n.key) as key,
                coalesce(o.key, n.key) as sort_key,
                case
                    when coalesce(o.key, n.key) ~ '^[a-zA-Z_][a-zA-Z0-9_]*$'
                    then '.' || coalesce(o.key, n.key)
                    else '.' || to_json(coalesce(o.key, n.key))::text
                end as step,
                o.value as old_value,
                n.value as new_value
            from jsonb_each(
                case when jsonb_typeof(p.old_value) = 'object' then p.old_value end
            ) as o
            full join jsonb_each(
                case when jsonb_typeof(p.new_value) = 'object' then p.new_value end
            ) as n on n.key = o.key
            union all
            select
                (coalesce(o.position, n.position) - 1)::text,
                lpad((coalesce(o.position, n.position) - 1)::text, 10, '0'),
                format('[%s]', coalesce(o.position, n.position) - 1),
                o.value,
                n.value
            from jsonb_array_elements(
                case when jsonb_typeof(p.old_value) = 'array' then p.old_value end
            ) with ordinality as o (value, position)
            full join jsonb_array_elements(
                case when jsonb_typeof(p.new_value) = 'array' then p.new_value end
            ) with ordinality as n (value, position) on n.position = o.position
        ) as m
        where jsonb_typeof(p.old_value) = jsonb_typeof(p.new_value)
            and jsonb_typeof(p.old_value) in ('object', 'array')
            and m.old_value is distinct from m.new_value
    )
    select
        p.path,
        p.setting,
        case
            when p.old_value is null then 'added'
            when p.new_value is null then 'removed'
            else 'changed'
        end,
        p.old_value,
        p.new_value
    from pairs as p
    where p.old_value is distinct from p.new_value
        and (
            p.old_value is null
            or p.new_value is null
            or jsonb_typeof(p.old_value) <> jsonb_typeof(p.new_value)
            or jsonb_typeof(p.old_value) not in ('object', 'array')
        )
    order by p.sort_key;
$$;

comment on function perf_internal.compare_json is
    'The difference of two JSON values, in the smallest parts that differ. A JSON null is a value; an SQL null means that there is none.';

revoke execute on function perf_internal.compare_json from public;
grant execute on function perf_internal.compare_json
    to authenticated, service_role, perf_admin, perf_analyst;
