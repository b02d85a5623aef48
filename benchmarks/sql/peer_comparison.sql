select *
from perf.get_model_comparison(%(start_time)s, %(end_time)s)
