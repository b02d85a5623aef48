begin;
select plan(7);

-- 0.005 times 4, 0.01 times 4 / 2, 0.03 times 4 / 3; 0.04 times 1 is not above it.
select is(
    array(
        select round(a::numeric, 12)
        from unnest(perf.get_benjamini_hochberg_adjusted(array[0.01, 0.04, null, 0.03, 0.005]))
            with ordinality as u (a, position)
        order by u.position
    ),
    array[0.02, 0.04, null, 0.04, 0.02],
    'multiplies the smallest most, and leaves null out'
);
select is(
    perf.get_benjamini_hochberg_adjusted('{0.5,0.5}'), '{0.5,0.5}'::float8[], 'leaves equal ones'
);
select is(perf.get_benjamini_hochberg_adjusted('{0,1}'), '{0,1}'::float8[], 'takes 0 and 1');
select is(perf.get_benjamini_hochberg_adjusted('{}'), '{}'::float8[], 'nothing gives nothing');
select is(perf.get_benjamini_hochberg_adjusted(null), null, 'null gives null');
select throws_ok(
    $$ select perf.get_benjamini_hochberg_adjusted('{0.5,NaN}') $$,
    '22023',
    'p_values must be numbers from 0 to 1 or null, got "{0.5,NaN}"',
    'refuses what is no probability'
);
select is(
    cardinality(perf.get_benjamini_hochberg_adjusted(array_fill(0.5::float8, '{10000}'))),
    10000,
    'takes 10000'
);

select * from finish();
rollback;
