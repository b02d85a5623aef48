begin;
select plan(2);

select lives_ok($$ select perf_internal.check_given('at', '') $$, 'takes any value');

select throws_ok(
    $$ select perf_internal.check_given('at', null) $$,
    '22023',
    'at must not be null',
    'refuses null'
);

select * from finish();
rollback;
