begin;
select plan(6);

set local intervalstyle = 'postgres';

select lives_ok($$ select perf_internal.check_lease('1 second') $$, 'a second is enough');
select lives_ok($$ select perf_internal.check_lease('7 days') $$, 'a week is possible');
select throws_ok(
    $$ select perf_internal.check_lease('999 milliseconds') $$,
    '22023',
    'lease must be between 1 second and 7 days, got 00:00:00.999',
    'refuses less'
);
select throws_ok(
    $$ select perf_internal.check_lease('7 days 00:00:01') $$,
    '22023',
    'lease must be between 1 second and 7 days, got 7 days 00:00:01',
    'refuses more'
);
select throws_ok(
    $$ select perf_internal.check_lease('-1 hour') $$,
    '22023',
    'lease must be between 1 second and 7 days, got -01:00:00',
    'refuses a lease before now'
);
select throws_ok(
    'select perf_internal.check_lease(null)',
    '22023',
    'lease must be between 1 second and 7 days, got null',
    'refuses null'
);

select * from finish();
rollback;
