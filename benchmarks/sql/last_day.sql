select t.*
from perf.get_performance_trends(
    %(model_name)s, %(tool_name)s, now() - interval '1 day', now() + interval '1 hour'
) as t
