-- The named metrics that rows bring: what those are whose names begin so.
select f.pipeline, f.prefix, f.unit, f.better, f.meaning
from perf_internal.metric_families as f
-- A metric of its own is in the table of metrics.
where f.prefix like '%.'
order by f.pipeline collate "C", f.prefix collate "C"
