begin;
select plan(5);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

select results_eq(
    $$ select * from perf_internal.get_average_interval(true, 10, 3, 2.1) $$,
    $$ select * from perf.get_wilson_interval(3, 10) $$,
    'of a share it is the interval of a rate'
);
select results_eq(
    $$ select * from perf_internal.get_average_interval(false, 10, 30, 2.1, 0.9) $$,
    $$ select * from perf.get_mean_interval(10, 3, 2.1, 0.9) $$,
    'of anything else it is that of a mean'
);
select results_eq(
    $$ select * from perf_internal.get_average_interval(false, 4, 12, 2) $$,
    $$ values (null::float8, null::float8) $$,
    'null for too few values'
);
select results_eq(
    $$ select * from perf_internal.get_average_interval(false, 0, null, null) $$,
    $$ values (null::float8, null::float8) $$,
    'null for none'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_average_interval(false, 1, 1, 1) $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
