-- Every tenth configuration, as one asks for it.
select
    c.model_name,
    c.tool_name,
    c.parameters::text as parameters
from bench.configs as c
where c.number % 10 = 0
order by c.number
