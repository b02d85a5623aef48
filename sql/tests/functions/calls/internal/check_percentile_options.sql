begin;
select plan(13);

select lives_ok(
    $$ select perf_internal.check_percentile_options(
           '{0,0.5,1}', '{model,tool,provider,parameters}', 'response_time'
       ) $$,
    'every group and percentiles from 0 to 1 pass'
);

select lives_ok(
    $$ select perf_internal.check_percentile_options('{0.5}', '{}', 'first_token') $$,
    'no group passes'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{}', '{}', 'first_token') $$,
    '22023',
    'percentiles must not be empty',
    'refuses no percentiles'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options(null, '{}', 'first_token') $$,
    '22023',
    'percentiles must not be empty',
    'refuses null for percentiles'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{0.5,null}', '{}', 'first_token') $$,
    '22023',
    'percentiles must be between 0 and 1, got null',
    'refuses a null percentile'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{95}', '{}', 'first_token') $$,
    '22023',
    'percentiles must be between 0 and 1, got 95',
    'refuses a percentile above 1'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{-0.01}', '{}', 'first_token') $$,
    '22023',
    'percentiles must be between 0 and 1, got -0.01',
    'refuses a percentile below 0'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{NaN}', '{}', 'first_token') $$,
    '22023',
    'percentiles must be between 0 and 1, got NaN',
    'refuses NaN'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{0.5}', '{model,day}', 'first_token') $$,
    '22023',
    'group_by must hold model, tool, provider or parameters, got "day"',
    'refuses an unknown group'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{0.5}', '{null}', 'first_token') $$,
    '22023',
    'group_by must hold model, tool, provider or parameters, got null',
    'refuses a null group'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{0.5}', null, 'first_token') $$,
    '22023',
    'group_by must hold model, tool, provider or parameters, got null',
    'refuses null for the groups'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{0.5}', '{}', 'tokens') $$,
    '22023',
    'measure must be response_time or first_token, got "tokens"',
    'refuses an unknown measure'
);

select throws_ok(
    $$ select perf_internal.check_percentile_options('{0.5}', '{}', null) $$,
    '22023',
    'measure must be response_time or first_token, got null',
    'refuses a null measure'
);

select * from finish();
rollback;
