-- Names and keys of the configurations as array literals: text that pgbench can be given.
select
    array_agg(c.model_name order by c.number)::text as models,
    array_agg(c.tool_name order by c.number)::text as tools,
    array_agg(c.parameters order by c.number)::text as parameters,
    array_agg(c.id order by c.number)::text as ids
from bench.configs as c;
