begin;
select plan(15);

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

select results_eq(
    $$ select model_type, date, total_generations, successful_generations, failed_generations,
           avg_generation_time_ms, avg_quality_rating, total_processing_time_ms, job_count,
           call_count, timed_generations, rated_generations
       from perf.get_model_log('sdxl', '2020-01-06', '2020-01-14') $$,
    $$ values
        ('sdxl'::varchar(20), date '2020-01-07', 10::bigint, 10::bigint, 0::bigint, 2000::bigint,
            5::float8, 20000::bigint, 10::bigint, 0::bigint, 10::bigint, 30::bigint),
        ('sdxl', '2020-01-06', 100, 90, 10, 1000, 8, 95000, 60, 40, 90, 10) $$,
    'lists the days of a model type, newest first'
);

select results_eq(
    $$ select date from perf.get_model_log('wan', '2020-01-06', '2020-01-13') $$,
    $$ values (date '2020-01-06') $$,
    'start_date is in the range, end_date is not'
);

select is_empty(
    $$ select * from perf.get_model_log('nothing', '2020-01-06', '2020-01-14') $$,
    'a model type without generations has no days'
);

select throws_ok(
    $$ select * from perf.get_model_log(null) $$,
    '22023',
    'model_type must not be null',
    'refuses no model type'
);

select throws_ok(
    $$ select * from perf.get_model_log('sdxl', '2020-01-06', '2020-01-14', max_rows => 1) $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 1',
    'refuses an answer of more than max_rows rows'
);

select is(
    (select count(*) from perf.get_model_log('sdxl', '2020-01-06', '2020-01-14', max_rows => 2)),
    2::bigint,
    'as many rows as max_rows are fine'
);

select is_empty(
    $$ select * from perf.get_model_log('sdxl', '2020-02-03', '2020-02-04') $$,
    'no generations, no rows'
);

select is_empty(
    $$ select * from perf.get_model_log('sdxl', '2020-01-06', '2020-01-06') $$,
    'nor has a range of no days'
);

select throws_ok(
    $$ select * from perf.get_model_log('sdxl', '2020-01-07', '2020-01-06') $$,
    '22023',
    'end_date must not be before start_date, got 2020-01-07 and 2020-01-06',
    'refuses a range that ends before it starts'
);

select throws_ok(
    $$ select * from perf.get_model_log('sdxl', null, '2020-01-06') $$,
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
    $$ select * from perf.get_model_log('sdxl', '2020-01-06', '2020-01-14') $$,
    'an analyst by token may ask'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_model_log('sdxl', '2020-01-06', '2020-01-14') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not'
);

set local role perf_admin;
select isnt_empty(
    $$ select * from perf.get_model_log('sdxl', '2020-01-06', '2020-01-14') $$,
    'perf_admin may ask'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf.get_model_log('sdxl', '2020-01-06', '2020-01-14') $$,
    '42501',
    null,
    'perf_recorder may not'
);

set local role anon;
select throws_ok(
    $$ select * from perf.get_model_log('sdxl', '2020-01-06', '2020-01-14') $$,
    '42501',
    null,
    'nor may anon'
);

select * from finish();
rollback;
