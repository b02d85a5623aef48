begin;
select plan(7);

-- 0.1 * ln(2) - 0.1 * ln(8/9) = 0.0693 + 0.0118.
select results_eq(
    $$ select round(perf.get_population_stability_index('{10,90}', '{20,80}')::numeric, 4) $$,
    $$ values (0.0811) $$,
    'is what is worked out by hand'
);

select results_eq(
    $$ select round(perf.get_population_stability_index('{20,80}', '{10,90}')::numeric, 4) $$,
    $$ values (0.0811) $$,
    'is the same the other way round'
);

select results_eq(
    $$ select perf.get_population_stability_index('{10,90}', '{1,9}') $$,
    $$ values (0::float8) $$,
    'equal shares have none'
);

-- The empty bin counts as 0.5 of 10: -0.1 * ln(0.9) + 0.05 * ln(2) = 0.0105 + 0.0347.
select results_eq(
    $$ select round(perf.get_population_stability_index('{10,0}', '{9,1}')::numeric, 4),
        round(perf.get_population_stability_index('{9,1}', '{10,0}')::numeric, 4) $$,
    $$ values (0.0452, 0.0452) $$,
    'an empty bin counts as half a value'
);

select results_eq(
    $$ select perf.get_population_stability_index(array[10, 90, 0, null], array[20, 80, null, 0])
        = perf.get_population_stability_index('{10,90}', '{20,80}') $$,
    $$ values (true) $$,
    'bins that are empty on both sides are left out'
);

select results_eq(
    $$ select perf.get_population_stability_index('{0,0}', '{3,1}')
    union all select perf.get_population_stability_index('{}', '{}')
    union all select perf.get_population_stability_index('{3}', null) $$,
    $$ values (null::float8), (null), (null) $$,
    'no values say nothing'
);

select throws_ok(
    $$ select perf.get_population_stability_index('{1,2}', '{1}') $$,
    '22023',
    'a and b must have the same number of bins, at most 100000, got 2 and 1',
    'refuses other bins'
);

select * from finish();
rollback;
