-- The levels of a pipeline that the next cleanup removes of what was measured at a time.
select r.level, r.keep::text as keep
from perf.retention as r
where r.pipeline = %(pipeline)s
    and r.level <> 'job_history'
    and now() - r.keep > %(first)s
order by array_position(array['raw', 'hourly', 'daily', 'weekly'], r.level)
