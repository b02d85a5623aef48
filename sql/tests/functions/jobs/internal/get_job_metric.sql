begin;
select plan(9);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

select results_eq(
    $$ select * from perf_internal.get_job_metric('time_per_frame_ms') $$,
    $$ values ('successful_time_per_frame_ms', 'ms', 'lower', false) $$,
    'what is measured is read of successful jobs'
);
select results_eq(
    $$ select * from perf_internal.get_job_metric('failure_rate') $$,
    $$ values ('failure_rate', 'share', 'lower', true) $$,
    'a share is read itself'
);
select is(
    (perf_internal.get_job_metric('failed_total_gpu_time_ms')).read_metric,
    'failed_total_gpu_time_ms',
    'so is what is measured of failed jobs'
);
select is(
    (perf_internal.get_job_metric('successful_total_gpu_time_ms')).read_metric,
    'successful_total_gpu_time_ms',
    'and of successful jobs'
);
select results_eq(
    $$ select * from perf_internal.get_job_metric('quality_rating') $$,
    $$ values ('successful_quality_rating', 'score', 'higher', false) $$,
    'named metrics too'
);
select is((perf_internal.get_job_metric('jobs')).better, null, 'some have no direction');
select throws_ok(
    $$ select perf_internal.get_job_metric('response_time_ms') $$,
    'PT404',
    'there is no metric of jobs "response_time_ms"',
    'a metric of calls is none of jobs'
);
select throws_ok(
    $$ select perf_internal.get_job_metric(null) $$,
    'PT404',
    'there is no metric of jobs null',
    'null is none'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_job_metric('jobs') $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
