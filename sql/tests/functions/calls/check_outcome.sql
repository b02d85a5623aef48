begin;
select plan(6);

select lives_ok($$ select perf_internal.check_outcome('all') $$, 'all passes');
select lives_ok($$ select perf_internal.check_outcome('success') $$, 'success passes');
select lives_ok($$ select perf_internal.check_outcome('error') $$, 'error passes');

select throws_ok(
    $$ select perf_internal.check_outcome('failure') $$,
    '22023',
    'outcome must be all, success or error, got "failure"',
    'refuses any other'
);

select throws_ok(
    $$ select perf_internal.check_outcome('') $$,
    '22023',
    'outcome must be all, success or error, got ""',
    'refuses an empty one'
);

select throws_ok(
    'select perf_internal.check_outcome(null)',
    '22023',
    'outcome must be all, success or error, got null',
    'refuses null'
);

select * from finish();
rollback;
