begin;
select plan(18);

-- The last two days of the log are computed. The days of these tests are long before them.
insert into perf.model_performance_logs (
    model_type, date, total_generations, successful_generations, failed_generations,
    avg_generation_time_ms, avg_quality_rating, total_processing_time_ms, job_count, call_count,
    timed_generations, rated_generations
) values
    ('sdxl', '2020-01-06', 100, 90, 10, 1000, 8, 95000, 60, 40, 90, 10),
    ('sdxl', '2020-01-07', 10, 10, 0, 2000, 5, 20000, 10, 0, 10, 30),
    ('wan', '2020-01-06', 2, 1, 1, 3000, null, 3500, 2, 0, 1, 0),
    ('wan', '2020-01-13', 20, 14, 6, null, 9, null, 20, 0, 0, 1),
    ('wan', '2020-03-01', 1, 1, 0, null, null, null, 1, 0, 0, 0);

-- 6 of 20 by Wilson's method. 10 of 100 is at the threshold, and 1 of 2 says nothing.
select results_eq(
    $$ select date, model_type, total_generations, failed_generations, failure_rate,
           round(failure_rate_low::numeric, 4), round(failure_rate_high::numeric, 4)
       from perf.get_model_log_anomalies('2020-01-06', '2020-01-14') $$,
    $$ values (date '2020-01-13', 'wan', 20::bigint, 6::bigint, 0.3::float8, 0.1455, 0.5190) $$,
    'finds days on which more failed than the threshold allows, by more than chance'
);

select is_empty(
    $$ select * from perf.get_model_log_anomalies('2020-01-06', '2020-01-14', 0.15) $$,
    'a rate above the threshold whose interval reaches below it is none'
);

select is_empty(
    $$ select * from perf.get_model_log_anomalies('2020-01-06', '2020-01-14', min_generations => 21) $$,
    'fewer than min_generations are none'
);

select results_eq(
    $$ select date, model_type from perf.get_model_log_anomalies('2020-01-06', '2020-01-14', 0, 1) $$,
    $$ values (date '2020-01-06', 'wan'), ('2020-01-13', 'wan'), ('2020-01-06', 'sdxl') $$,
    'lists the highest rate first'
);

select is_empty(
    $$ select * from perf.get_model_log_anomalies('2020-01-06', '2020-01-13', 0.1, 20) $$,
    'end_date is not in the range'
);

select throws_ok(
    $$ select * from perf.get_model_log_anomalies(threshold => 1.5) $$,
    '22023',
    'threshold must be between 0 and 1 and min_generations at least 1, got 1.5 and 20',
    'refuses a threshold above 1'
);

select throws_ok(
    $$ select * from perf.get_model_log_anomalies(threshold => 'NaN') $$,
    '22023',
    null,
    'refuses NaN'
);

select throws_ok(
    $$ select * from perf.get_model_log_anomalies(min_generations => 0) $$,
    '22023',
    null,
    'refuses no generations'
);

select throws_ok(
    $$ select * from perf.get_model_log_anomalies(threshold => null, min_generations => null) $$,
    '22023',
    'threshold must be between 0 and 1 and min_generations at least 1, got null and null',
    'refuses null'
);

select is_empty(
    $$ select * from perf.get_model_log_anomalies('2020-02-03', '2020-02-04') $$,
    'no generations, no rows'
);

select is_empty(
    $$ select * from perf.get_model_log_anomalies('2020-01-06', '2020-01-06') $$,
    'nor has a range of no days'
);

select throws_ok(
    $$ select * from perf.get_model_log_anomalies('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_date must not be before start_date, got 2020-01-07 and 2020-01-06',
    'refuses a range that ends before it starts'
);

select throws_ok(
    $$ select * from perf.get_model_log_anomalies(null, '2020-01-06') $$,
    '22023',
    'start_date and end_date must be days, got null and 2020-01-06',
    'refuses a range without a start'
);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst');

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select isnt_empty(
    $$ select * from perf.get_model_log_anomalies('2020-01-06', '2020-01-14') $$,
    'an analyst by token may ask'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_model_log_anomalies('2020-01-06', '2020-01-14') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not'
);

set local role perf_admin;
select isnt_empty(
    $$ select * from perf.get_model_log_anomalies('2020-01-06', '2020-01-14') $$,
    'perf_admin may ask'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf.get_model_log_anomalies('2020-01-06', '2020-01-14') $$,
    '42501',
    null,
    'perf_recorder may not'
);

set local role anon;
select throws_ok(
    $$ select * from perf.get_model_log_anomalies('2020-01-06', '2020-01-14') $$,
    '42501',
    null,
    'nor may anon'
);

select * from finish();
rollback;
