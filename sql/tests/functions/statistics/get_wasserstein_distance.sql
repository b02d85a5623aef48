begin;
select plan(8);

-- Sorted, the values move by 1, 1 and 4.
select results_eq(
    $$ select round(perf.get_wasserstein_distance('{3,1,2}', '{2,7,3}')::numeric, 4) $$,
    $$ values (2.0000) $$,
    'is how far values move on average'
);

-- Half of the one moves by 1, half by 3.
select results_eq(
    $$ select perf.get_wasserstein_distance('{0}', '{1,3}') $$,
    $$ values (2::float8) $$,
    'samples may have other sizes'
);

select results_eq(
    $$ select perf.get_wasserstein_distance('{1,2}', '{2,1,2,1}') $$,
    $$ values (0::float8) $$,
    'is 0 for equal shares'
);

select results_eq(
    $$ select perf.get_wasserstein_distance('{-5}', '{-5}'), perf.get_wasserstein_distance('{-5}', '{5}') $$,
    $$ values (0::float8, 10::float8) $$,
    'takes values below 0'
);

select results_eq(
    $$ select perf.get_wasserstein_distance(array[null, 0], array[1, null, 3]) $$,
    $$ values (2::float8) $$,
    'leaves null elements out'
);

select results_eq(
    $$ select perf.get_wasserstein_distance('{}', '{1}')
    union all select perf.get_wasserstein_distance('{1}', null)
    union all select perf.get_wasserstein_distance(array[null::float8], '{1}') $$,
    $$ values (null::float8), (null), (null) $$,
    'no values say nothing'
);

select throws_ok(
    $$ select perf.get_wasserstein_distance('{1}', '{NaN}') $$,
    '22023',
    'b must be numbers from -1e90 to 1e90 or null, got NaN',
    'refuses NaN'
);

select is(
    perf.get_wasserstein_distance('{1}', '{5e-324,1e-308,0}'),
    1::float8,
    'values may be as close as double precision can tell'
);

select * from finish();
rollback;
