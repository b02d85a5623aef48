select s.last_run_at, s.last_run_ms
from perf_internal.rollup_state as s
where s.pipeline = 'calls'
