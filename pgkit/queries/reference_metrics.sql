-- Every metric, in the order of its pipeline.
select m.metric as name, m.pipeline, m.kind, m.unit, m.better, m.meaning
from perf.metrics as m
order by m.pipeline collate "C", m.metric collate "C"
