begin;
select plan(4);

insert into perf.workflows (name) values ('upscale');
insert into perf.jobs (workflow_id, status) select f.id, 'cancelled' from perf.workflows as f;

select is(
    perf_internal.get_job_status((select j.id from perf.jobs as j)), 'cancelled', 'the status'
);
select is(
    (
        select count(*)
        from pg_locks as l
        where l.pid = pg_backend_pid()
            and l.relation = 'perf.jobs'::regclass
            and l.mode = 'RowShareLock'
    ),
    1::bigint,
    'of a job that is locked'
);
select throws_ok(
    'select perf_internal.get_job_status(0)', 'PT404', 'there is no job 0', 'refuses an unknown id'
);
select throws_ok(
    'select perf_internal.get_job_status(null)', 'PT404', 'there is no job null', 'refuses null'
);

select * from finish();
rollback;
