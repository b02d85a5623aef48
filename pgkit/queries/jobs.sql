-- The jobs, by the clock of the database: workers on several machines then have one.
select clock_timestamp(), j.job_name, j.schedule, j.command
from perf_internal.get_jobs() as j
