-- The quality scores that jobs of a range have.
select m.metric
from perf.metrics as m
cross join lateral perf.query_metrics(
    m.metric, %(start)s, %(end)s, percentiles => '{0.5}'
) as q
where m.pipeline = 'jobs'
    and m.kind = 'named'
    and m.metric like 'quality.%%'
    and q.count > 0
