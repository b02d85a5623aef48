-- A name for a schema that nobody has, and the owner of ours.
select
    (
        select 'perf_retired_' || min(s.number)
        from generate_series(1, 100000) as s (number)
        where to_regnamespace('perf_retired_' || s.number) is null
    ),
    pg_get_userbyid(n.nspowner)
from pg_catalog.pg_namespace as n
where n.nspname = 'perf'
