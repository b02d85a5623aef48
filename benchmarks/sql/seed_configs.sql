insert into seed.models (id, name, provider)
select m.id, m.name, m.provider
from perf.models as m;

insert into seed.tools (id, name)
select t.id, t.name
from perf.tools as t;

insert into seed.model_tool_configs (id, model_id, tool_id, parameters)
select c.id, c.model_id, c.tool_id, c.parameters
from perf.model_tool_configs as c;
