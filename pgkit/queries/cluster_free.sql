-- Takes back what perf_internal.guard_node() has set on workers. One that does not answer keeps it.
select count(r.success)
from run_command_on_workers(
    format('alter role %I in database %I reset all', current_user, current_database())
) as r
