-- Only the owner writes the raw table directly, past row level security.
select pg_has_role(c.relowner, 'usage')
from pg_catalog.pg_class as c
where c.oid = 'perf.performance_metrics_raw'::regclass
