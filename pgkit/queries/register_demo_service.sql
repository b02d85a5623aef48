-- A model of a type, so that configurations of the type know its calls.
select perf.register_model(%s, 'demo', %s)
