begin;
select plan(2);

select lives_ok(
    'select perf_internal.check_sample_size(1, 2, null, 0.8, 0.95, 0.5, null)',
    'takes a deviation and an effect'
);

select throws_ok(
    'select perf_internal.check_sample_size(1, null, null, 0.8, 0.95, 0.5, null)',
    '22023',
    'give either deviation or rate, got null and null',
    'refuses neither deviation nor rate'
);

select * from finish();
rollback;
