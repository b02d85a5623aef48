begin;
select plan(2);

select lives_ok(
    'select perf_internal.check_always_valid(null, null, null)',
    'takes null'
);

select throws_ok(
    'select perf_internal.check_always_valid(-1e151, 1, 1)',
    '22023',
    'difference must be a number of at most 1e150, got -1e+151',
    'refuses what is too large'
);

select * from finish();
rollback;
