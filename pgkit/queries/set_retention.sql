update perf.retention as r
set keep = %(keep)s::interval
where r.pipeline = %(pipeline)s
    and r.level = %(level)s
returning r.level
