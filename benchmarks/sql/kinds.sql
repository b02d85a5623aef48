select distinct m.name, t.name
from perf.model_tool_configs as c
join perf.models as m on m.id = c.model_id
join perf.tools as t on t.id = c.tool_id
order by 1, 2;
