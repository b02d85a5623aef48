-- Every enum of perf, with its values.
select
    t.typname::text as name,
    array_agg(e.enumlabel::text order by e.enumsortorder) as labels
from pg_type as t
join pg_enum as e on e.enumtypid = t.oid
where t.typnamespace = 'perf'::regnamespace
group by t.typname
order by t.typname collate "C"
