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

-- (1000 * 90 + 2000 * 10) / 100 ms; the mean of the two days would be 1500.
select results_eq(
    $$ select model_type, total_generations, avg_time_ms, avg_quality,
           round(avg_success_rate::numeric, 4)
       from perf.get_model_log_comparison('2020-01-06', '2020-01-14') $$,
    $$ values
        ('sdxl', 110::bigint, 1100::float8, 5.75::float8, 0.9091),
        ('wan', 22, 3000, 9, 0.6818) $$,
    'every generation has the same weight, and one rating is no rank'
);
select results_eq(
    $$ select c.model_type, c.timed_generations, c.rated_generations, c.success_rate_low,
           c.success_rate_high
       from perf.get_model_log_comparison('2020-01-06', '2020-01-14') as c $$,
    $$ select x.model_type, x.timed, x.rated, w.low, w.high
       from (
           values ('sdxl', 100::bigint, 40::bigint, 100, 110), ('wan', 1, 1, 15, 22)
       ) as x (model_type, timed, rated, successful, total)
       cross join lateral perf.get_wilson_interval(x.successful, x.total) as w $$,
    'each mean has its number of generations, and the success rate an interval'
);
select results_eq(
    $$ select c.model_type
       from unnest('{1,2,40,41}'::bigint[]) with ordinality as m (least, number)
       cross join lateral (
           select x.model_type
           from perf.get_model_log_comparison('2020-01-06', '2020-01-14', m.least) as x
           limit 1
       ) as c
       order by m.number $$,
    $$ values ('wan'), ('sdxl'), ('sdxl'), ('wan') $$,
    'best rating first, of types with min_generations ratings before all others'
);
select throws_ok(
    $$ select * from perf.get_model_log_comparison('2020-01-06', '2020-01-07', 0) $$,
    '22023',
    'min_generations must be at least 1, got 0',
    'refuses no generations'
);
select throws_ok(
    $$ select * from perf.get_model_log_comparison('2020-01-06', '2020-01-07', null) $$,
    '22023',
    'min_generations must be at least 1, got null',
    'and null'
);

select results_eq(
    $$ select model_type, avg_time_ms, avg_quality from perf.get_model_log_comparison('2020-01-06', '2020-01-07') $$,
    $$ values ('sdxl', 1000::float8, 8::float8), ('wan', 3000, null) $$,
    'without ratings a model type comes last; end_date is not in the range'
);

select is_empty(
    $$ select * from perf.get_model_log_comparison('2020-02-03', '2020-02-04') $$,
    'no generations, no rows'
);

select is_empty(
    $$ select * from perf.get_model_log_comparison('2020-01-06', '2020-01-06') $$,
    'nor has a range of no days'
);

select throws_ok(
    $$ select * from perf.get_model_log_comparison('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_date must not be before start_date, got 2020-01-07 and 2020-01-06',
    'refuses a range that ends before it starts'
);

select throws_ok(
    $$ select * from perf.get_model_log_comparison(null, '2020-01-06') $$,
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
    $$ select * from perf.get_model_log_comparison('2020-01-06', '2020-01-14') $$,
    'an analyst by token may ask'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_model_log_comparison('2020-01-06', '2020-01-14') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not'
);

set local role perf_admin;
select isnt_empty(
    $$ select * from perf.get_model_log_comparison('2020-01-06', '2020-01-14') $$,
    'perf_admin may ask'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf.get_model_log_comparison('2020-01-06', '2020-01-14') $$,
    '42501',
    null,
    'perf_recorder may not'
);

set local role anon;
select throws_ok(
    $$ select * from perf.get_model_log_comparison('2020-01-06', '2020-01-14') $$,
    '42501',
    null,
    'nor may anon'
);

select * from finish();
rollback;
