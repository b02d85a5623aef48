begin;
select plan(9);

select lives_ok($$ select perf_internal.check_as_of('2020-01-06') $$, 'a point in time passes');

select throws_ok(
    'select perf_internal.check_as_of(null)',
    '22023',
    'as_of must be a point in time, got null',
    'refuses null'
);
select throws_ok(
    $$ select perf_internal.check_as_of('infinity') $$,
    '22023',
    'as_of must be a point in time, got infinity',
    'refuses infinity'
);
select throws_ok(
    $$ select perf_internal.check_as_of('-infinity') $$,
    '22023',
    'as_of must be a point in time, got -infinity',
    'refuses minus infinity'
);

select lives_ok(
    $$ select perf_internal.check_as_of('2020-01-06', '2020-01-06') $$, 'the latest time passes'
);
select throws_ok(
    $$ select perf_internal.check_as_of('2020-01-06 00:00:01+00', '2020-01-06 00:00+00') $$,
    '22023',
    format('as_of must not be in the future, got %s', '2020-01-06 00:00:01+00'::timestamptz),
    'refuses a later one'
);
select throws_ok(
    $$ select perf_internal.check_as_of('4713-01-01 00:00+00 BC') $$,
    '22023',
    'as_of must be a point in time, got ' || timestamptz '4713-01-01 00:00+00 BC',
    'refuses a time from which nothing can be taken away'
);
select throws_ok(
    $$ select perf_internal.check_as_of('294276-12-31 00:00+00') $$,
    '22023',
    'as_of must be a point in time, got ' || timestamptz '294276-12-31 00:00+00',
    'refuses a time to which nothing can be added'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.check_as_of('2020-01-06') $$, '42501', null, 'anon may not ask'
);

select * from finish();
rollback;
