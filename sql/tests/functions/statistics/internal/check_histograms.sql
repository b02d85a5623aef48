begin;
select plan(6);

select lives_ok(
    $$ select perf_internal.check_histograms('{1,0}', array[9007199254740992, null]) $$,
    'takes counts of the same bins'
);

select lives_ok(
    $$ select perf_internal.check_histograms(null, '{1}') $$,
    'takes null'
);

select throws_ok(
    $$ select perf_internal.check_histograms('{{1,2}}', '{1,2}') $$,
    '22023',
    'a and b must have the same number of bins, at most 100000, got 2 and 2',
    'refuses arrays of arrays'
);

select throws_ok(
    $$ select perf_internal.check_histograms('{1}', '{1,2}') $$,
    '22023',
    'a and b must have the same number of bins, at most 100000, got 1 and 2',
    'refuses other bins'
);

select throws_ok(
    $$ select perf_internal.check_histograms('{1}', '{9007199254740993}') $$,
    '22023',
    'a and b must have counts between 0 and 2^53, got "{1}" and "{9007199254740993}"',
    'refuses counts above 2^53'
);

select throws_ok(
    $$ select perf_internal.check_histograms(
        array_fill(1::bigint, array[100001]), array_fill(1::bigint, array[100001])
    ) $$,
    '22023',
    'a and b must have the same number of bins, at most 100000, got 100001 and 100001',
    'refuses too many bins'
);

select * from finish();
rollback;
