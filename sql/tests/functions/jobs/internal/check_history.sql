begin;
select plan(6);

set local intervalstyle = 'postgres';

select lives_ok($$ select perf_internal.check_history('1 day') $$, 'takes a day');
select lives_ok($$ select perf_internal.check_history('100 years') $$, 'takes 100 years');
select throws_ok(
    $$ select perf_internal.check_history('23 hours') $$,
    '22023',
    'history must be between 1 day and 100 years, got 23:00:00',
    'refuses less than a day'
);
select throws_ok(
    $$ select perf_internal.check_history('101 years') $$,
    '22023',
    'history must be between 1 day and 100 years, got 101 years',
    'refuses more than 100 years'
);
select throws_ok(
    $$ select perf_internal.check_history('-30 days') $$,
    '22023',
    'history must be between 1 day and 100 years, got -30 days',
    'refuses a negative length'
);
select throws_ok(
    'select perf_internal.check_history(null)',
    '22023',
    'history must be between 1 day and 100 years, got null',
    'refuses null'
);

select * from finish();
rollback;
