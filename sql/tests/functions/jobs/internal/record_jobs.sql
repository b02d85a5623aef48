begin;
select plan(5);

create function pg_temp.record(given jsonb) returns bigint language sql as $$
    select perf_internal.record_jobs(
        array(
            select jsonb_populate_record(null::perf_internal.job_report, e)
            from jsonb_array_elements(given) as e
        )
    );
$$;

select is(
    pg_temp.record(
        '[{"workflow_name": "w", "worker_name": "g", "external_id": "b",
           "started_at": "2020-01-06 10:00Z", "completed_at": "2020-01-06 11:00Z"},
          {"workflow_name": "w", "worker_name": "g", "external_id": "a",
           "completed_at": "2020-01-06 12:00Z"},
          {"workflow_name": "w", "error_type": "timeout", "completed_at": "2020-01-06 13:00Z"}]'
    ),
    3::bigint,
    'records jobs'
);
select results_eq(
    $$ select j.external_id, j.status, j.created_at from perf.jobs as j order by j.completed_at $$,
    $$ values
        ('b', 'completed', '2020-01-06 10:00Z'::timestamptz),
        ('a', 'completed', '2020-01-06 12:00Z'),
        (null, 'failed', '2020-01-06 13:00Z') $$,
    'which were not asked for after they started'
);
select is(
    pg_temp.record(
        '[{"workflow_name": "w", "worker_name": "g", "external_id": "b"},
          {"workflow_name": "w", "worker_name": "g", "external_id": "c"}]'
    ),
    1::bigint,
    'an external_id is recorded once'
);
select is((select count(*) from perf.performance_metrics), 4::bigint, 'all are measured');
select is(pg_temp.record('[]'), 0::bigint, 'no reports are no jobs');

select * from finish();
rollback;
