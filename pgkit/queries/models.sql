select m.name, m.provider, m.model_type, m.created_at
from perf.models as m
order by m.name
