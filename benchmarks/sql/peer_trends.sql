select *
from perf.get_performance_trends(
    %(model_name)s, %(tool_name)s, %(start_time)s, %(end_time)s, 'hourly', %(parameters)s
)
