begin;
select plan(6);

-- Between (1/2, 1/2) and (1, 0) is (3/4, 1/4): half of (log2(2/3) + 1) / 2 and log2(4/3) is 0.3113.
select results_eq(
    $$ select round(perf.get_jensen_shannon_distance('{1,1}', '{1,0}')::numeric, 4) $$,
    $$ values (0.5579) $$,
    'is what is worked out by hand'
);

select results_eq(
    $$ select perf.get_jensen_shannon_distance('{10,20}', '{1,2}') $$,
    $$ values (0::float8) $$,
    'is 0 for equal shares'
);

select results_eq(
    $$ select perf.get_jensen_shannon_distance('{5,0}', '{0,7}') $$,
    $$ values (1::float8) $$,
    'is 1 without a bin in common'
);

select results_eq(
    $$ select perf.get_jensen_shannon_distance(array[1, 1, null], array[1, 0, 0])
        = perf.get_jensen_shannon_distance('{1,1}', '{1,0}') $$,
    $$ values (true) $$,
    'null counts as 0'
);

select results_eq(
    $$ select perf.get_jensen_shannon_distance('{0,0}', '{3,1}')
    union all select perf.get_jensen_shannon_distance('{}', '{}')
    union all select perf.get_jensen_shannon_distance('{3}', null) $$,
    $$ values (null::float8), (null), (null) $$,
    'no values say nothing'
);

select throws_ok(
    $$ select perf.get_jensen_shannon_distance('{1,2}', '{1}') $$,
    '22023',
    'a and b must have the same number of bins, at most 100000, got 2 and 1',
    'refuses other bins'
);

select * from finish();
rollback;
