-- Note the start of a job whose time has come, unless that was done. Returns the id of the run.
-- The caller holds the job's lock, so a run without an end was abandoned, and so was its
-- transaction. It does not count as done here, but does the next time: two tries for one due time.
with abandoned as (
    update perf_internal.worker_runs as w
    set
        finished_at = clock_timestamp(),
        error_message = 'the worker or its connection ended during this run'
    where w.job_name = %(job_name)s
        and w.finished_at is null
)

insert into perf_internal.worker_runs (job_name)
select %(job_name)s
where not exists (
    select
    from perf_internal.worker_runs as w
    where w.job_name = %(job_name)s
        and w.started_at >= %(due_at)s
        and w.finished_at is not null
)
returning id
