-- Makes the workers refuse calls and reports. In connections of their own, so it is not undone with this
-- transaction.
select format('%s:%s', r.nodename, r.nodeport), r.success, r.result
from run_command_on_workers('select perf_internal.guard_node()') as r
