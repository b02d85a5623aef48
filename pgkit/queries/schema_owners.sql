-- Our schemas that are there before we are, and belong to somebody else.
select format('%s of %s', n.nspname, n.nspowner::regrole)
from pg_catalog.pg_namespace as n
where n.nspname in ('perf', 'perf_internal')
    and n.nspowner <> current_user::regrole
order by 1
