-- Note the start of a job whose time has come, unless that was done. Returns the id of the run, and
-- otherwise whether the run that has the due time is still under way. Claims of a job come one after
-- the other: the caller holds a lock until the end of the transaction.
--
-- A run without an end was abandoned when its worker says so, or after an hour. It does not count as
-- done here, but does the next time: two tries for one due time.
with abandoned as (
    update perf_internal.worker_runs as w
    set
        finished_at = clock_timestamp(),
        error_message = 'the worker or its connection ended during this run'
    where w.job_name = %(job_name)s
        and w.finished_at is null
        and (w.id = %(lost_id)s or w.started_at < clock_timestamp() - interval '1 hour')
    returning w.id
),

earlier as (
    select w.finished_at is null as is_running
    from perf_internal.worker_runs as w
    where w.job_name = %(job_name)s
        and w.started_at >= %(due_at)s
        and w.id not in (select a.id from abandoned as a)
),

started as (
    insert into perf_internal.worker_runs (job_name)
    select %(job_name)s
    where not exists (select from earlier)
    returning id
)

select
    (select s.id from started as s),
    exists (select from earlier as e where e.is_running)
