begin;
select plan(8);

-- 0.005 times 4, 0.01 times 3, 0.03 times 2; 0.04 times 1 is not below the one before it.
select is(
    array(
        select round(a::numeric, 12)
        from unnest(perf.get_holm_adjusted('{0.01,0.04,null,0.03,0.005}'))
            with ordinality as u (a, position)
        order by u.position
    ),
    '{0.030000000000,0.060000000000,null,0.060000000000,0.020000000000}'::numeric[],
    'multiplies the smallest most, and leaves null out'
);
select is(perf.get_holm_adjusted('{0.6,0.7}'), '{1,1}'::float8[], 'stays at most 1');
select is(perf.get_holm_adjusted('{0,1}'), '{0,1}'::float8[], 'takes 0 and 1');
select is(perf.get_holm_adjusted('{}'), '{}'::float8[], 'nothing gives nothing');
select is(perf.get_holm_adjusted(null), null, 'null gives null');
select throws_ok(
    $$ select perf.get_holm_adjusted('{0.5,NaN}') $$,
    '22023',
    'p_values must be numbers from 0 to 1 or null, got "{0.5,NaN}"',
    'refuses what is no probability'
);
select throws_ok(
    $$ select perf.get_holm_adjusted(array_fill(0.5::float8, '{10001}')) $$,
    '22023',
    'p_values must have at most 10000 elements, got 10001',
    'refuses more than 10000'
);
select is(
    cardinality(perf.get_holm_adjusted(array_fill(0.5::float8, '{10000}'))), 10000, 'takes those'
);

select * from finish();
rollback;
