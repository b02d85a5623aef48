-- What a call of the version before cannot cope with, when it meets the new function of that name.
with old as (
    select p.* from pg_catalog.pg_proc as p where p.oid = %(old)s::regprocedure
),

new as (
    select p.* from pg_catalog.pg_proc as p where p.oid = %(new)s::regprocedure
),

arguments as (
    select
        p.is_old,
        a.position,
        p.proargtypes[a.position - 1] as type,
        coalesce((p.proargnames)[a.position], '') as name,
        a.position > p.pronargs - p.pronargdefaults as has_default
    from (select o.*, true as is_old from old as o union all select n.*, false from new as n) as p
    cross join lateral generate_series(1, p.pronargs) as a (position)
),

results as (
    select p.is_old, r.name, r.type
    from (select o.*, true as is_old from old as o union all select n.*, false from new as n) as p
    cross join lateral unnest(
        coalesce(p.proargnames, '{}'), p.proallargtypes, p.proargmodes
    ) as r (name, type, mode)
    where r.mode in ('o', 't', 'b')
)

select format('argument %%s is gone or has changed', o.name)
from arguments as o
where o.is_old
    and not exists (
        select
        from arguments as n
        where not n.is_old
            and (n.position, n.type, n.name) = (o.position, o.type, o.name)
            and n.has_default >= o.has_default
    )
union all
select format('argument %%s is new and has no default', n.name)
from arguments as n
where not n.is_old
    and not n.has_default
    and n.position > (select o.pronargs from old as o)
union all
select format('result %%s is gone or has changed', o.name)
from results as o
where o.is_old
    and not exists (
        select from results as n where not n.is_old and (n.name, n.type) = (o.name, o.type)
    )
union all
select format('it returns another type')
from old as o, new as n
where (o.prorettype, o.proretset, o.prokind) <> (n.prorettype, n.proretset, n.prokind)
order by 1
