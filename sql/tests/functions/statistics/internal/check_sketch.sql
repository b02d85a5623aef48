begin;
select plan(11);

select lives_ok(
    $$ select perf_internal.check_sketch(perf_internal.make_sketch('{1,2}'), 2) $$,
    'takes a sketch and the number of its values'
);
select lives_ok($$ select perf_internal.check_sketch(null, 0) $$, 'or no sketch');
select lives_ok($$ select perf_internal.check_sketch(null, null) $$, 'and no number');
select lives_ok(
    $$ select perf_internal.check_sketch(perf_internal.make_sketch('{2399,-275000}'), 2) $$,
    'takes the highest and the lowest bin'
);
select lives_ok(
    $$ select perf_internal.check_sketch(null, 9007199254740992) $$, 'and 2^53 values'
);
select throws_ok(
    $$ select perf_internal.check_sketch(null, 9007199254740993) $$,
    '22023',
    'value_count must be between 0 and 2^53, got 9007199254740993',
    'refuses more'
);
select throws_ok(
    $$ select perf_internal.check_sketch(null, -1) $$,
    '22023',
    'value_count must be between 0 and 2^53, got -1',
    'and less than none'
);
select throws_ok(
    $$ select perf_internal.check_sketch(-1, 1) $$,
    '22023',
    'sketch must be what perf_internal.make_sketch returns, got "-1"',
    'refuses a negative number'
);
select throws_ok(
    $$ select perf_internal.check_sketch('NaN', 1) $$,
    '22023',
    'sketch must be what perf_internal.make_sketch returns, got "NaN"',
    'refuses NaN'
);
select throws_ok(
    $$ select perf_internal.check_sketch('1e121296', 1) $$,
    '22023',
    null,
    'refuses a number with more digits than bins'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.check_sketch(null, 1) $$, '42501', null, 'anon may not call it'
);

select * from finish();
rollback;
