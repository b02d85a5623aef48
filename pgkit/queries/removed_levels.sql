-- The levels of a pipeline from which retention has removed rows after a time.
select r.level, r.deleted_before
from perf.retention as r
where r.pipeline = %(pipeline)s
    and r.deleted_before > %(start)s
