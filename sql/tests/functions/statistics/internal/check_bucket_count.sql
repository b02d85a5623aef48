begin;
select plan(6);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

select lives_ok($$ select perf_internal.check_bucket_count(1) $$, 'one bucket is enough');
select lives_ok($$ select perf_internal.check_bucket_count(1000) $$, 'a thousand are not too many');
select throws_ok(
    $$ select perf_internal.check_bucket_count(0) $$,
    '22023',
    'bucket_count must be between 1 and 1000, got 0',
    'refuses none'
);
select throws_ok(
    $$ select perf_internal.check_bucket_count(1001) $$,
    '22023',
    'bucket_count must be between 1 and 1000, got 1001',
    'refuses more'
);
select throws_ok(
    $$ select perf_internal.check_bucket_count(null) $$,
    '22023',
    'bucket_count must be between 1 and 1000, got null',
    'refuses null'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.check_bucket_count(1) $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
