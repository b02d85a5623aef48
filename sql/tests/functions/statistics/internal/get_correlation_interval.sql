begin;
select plan(10);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

-- atanh(0.5) = 0.549306, 1.959964 / sqrt(25) = 0.391993: tanh(0.157313) and tanh(0.941299).
select results_eq(
    $$ select round(low::numeric, 4), round(high::numeric, 4)
       from perf_internal.get_correlation_interval(28, 0.5) $$,
    $$ values (0.1560, 0.7358) $$,
    'the interval of Fisher'
);
-- The variance of ranks is 1.125 / 25, so the reach is 0.415771.
select results_eq(
    $$ select round(low::numeric, 4), round(high::numeric, 4)
       from perf_internal.get_correlation_interval(28, 0.5, is_of_ranks => true) $$,
    $$ values (0.1327, 0.7465) $$,
    'ranks have a wider one'
);
select results_eq(
    $$ select round(low::numeric, 4), round(high::numeric, 4)
       from perf_internal.get_correlation_interval(28, -0.5) $$,
    $$ values (-0.7358, -0.1560) $$,
    'a negative correlation has the mirror of it'
);
select results_eq(
    $$ select * from perf_internal.get_correlation_interval(4, 1) $$,
    $$ values (1::float8, 1::float8) $$,
    'a perfect one has no width'
);
select results_eq(
    $$ select * from perf_internal.get_correlation_interval(3, 0.5) $$,
    $$ values (null::float8, null::float8) $$,
    'null for fewer than 4 pairs'
);
select results_eq(
    $$ select * from perf_internal.get_correlation_interval(28, null) $$,
    $$ values (null::float8, null::float8) $$,
    'null for no correlation'
);
select throws_ok(
    $$ select perf_internal.get_correlation_interval(28, 1.01) $$,
    '22023',
    'correlation must be between -1 and 1, got 1.01',
    'refuses what is no correlation'
);
select throws_ok(
    $$ select perf_internal.get_correlation_interval(28, 'NaN') $$,
    '22023',
    'correlation must be between -1 and 1, got NaN',
    'refuses NaN'
);
select throws_ok(
    $$ select perf_internal.get_correlation_interval(28, 0.5, confidence => 1) $$,
    '22023',
    null,
    'refuses a confidence of 1'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_correlation_interval(28, 0.5) $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
