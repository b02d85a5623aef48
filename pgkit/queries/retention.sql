select r.pipeline, r.level, r.keep::text as keep, r.deleted_before
from perf.retention as r
order by
    r.pipeline,
    array_position(array['raw', 'hourly', 'daily', 'weekly'], r.level)
