begin;
select plan(10);

-- Bins 1 to 10 hold one value each, so rank r is in bin r: for the median ranks 2 and 9.
select results_eq(
    $$ select round((ln(i.low) / ln(1.01))::numeric, 2), round((ln(i.high) / ln(1.01))::numeric, 2)
       from perf_internal.get_sketch_interval(
           perf_internal.make_sketch('{1,2,3,4,5,6,7,8,9,10}'), 10, 0.5
       ) as i $$,
    $$ values (1.00, 9.00) $$,
    'reaches from the lower edge of the bin of the low rank to the upper edge of the other'
);

-- Ranks 1 to 5 are zeros, rank 9 is in bin 4.
select results_eq(
    $$ select i.low, round((ln(i.high) / ln(1.01))::numeric, 2)
       from perf_internal.get_sketch_interval(perf_internal.make_sketch('{1,2,3,4,5}'), 10, 0.5) as i $$,
    $$ values (0::float8, 4.00) $$,
    'values that the sketch does not hold are zeros'
);

-- The same ten values below 0: rank 2 is -1.01^9, rank 9 is -1.01^2.
select results_eq(
    $$ select round((ln(-i.low) / ln(1.01))::numeric, 2), round((ln(-i.high) / ln(1.01))::numeric, 2)
       from perf_internal.get_sketch_interval(
           perf_internal.make_sketch(array(select -200000 - generate_series(1, 10))), 10, 0.5
       ) as i $$,
    $$ values (9.00, 1.00) $$,
    'limits below 0 are moved away from each other too'
);
select results_eq(
    $$ select round((ln(-i.low) / ln(1.01))::numeric, 2), round((ln(i.high) / ln(1.01))::numeric, 2)
       from perf_internal.get_sketch_interval(
           perf_internal.make_sketch('{-200003,-200002,-200001,1,2,3,4}'), 10, 0.5
       ) as i $$,
    $$ values (2.00, 3.00) $$,
    'they may lie on both sides of 0'
);

select results_eq(
    'select low, high from perf_internal.get_sketch_interval(null, 10, 0.5)',
    'values (0::float8, 0::float8)',
    'of zeros alone there is no sketch, and the interval is 0'
);

-- 0.99^367 > 0.025, so the high rank would be the 368th.
select results_eq(
    $$ select i.low > 0, i.high
       from perf_internal.get_sketch_interval(
           perf_internal.make_sketch(array_fill(7, '{367}')), 367, 0.99
       ) as i $$,
    'values (true, null::float8)',
    'a side for which there are too few values is null'
);

select results_eq(
    $$ select low, high from perf_internal.get_sketch_interval(perf_internal.make_sketch('{1,2,3}'), 3, 0.5) $$,
    'values (null::float8, null::float8)',
    'three values bound nothing'
);

select results_eq(
    'select low, high from perf_internal.get_sketch_interval(null, 0, 0.5)',
    'values (null::float8, null::float8)',
    'no values say nothing'
);

select results_eq(
    'select low, high from perf_internal.get_sketch_interval(null, null, 0.5)',
    'values (null::float8, null::float8)',
    'null says nothing'
);

select throws_ok(
    $$ select perf_internal.get_sketch_interval(perf_internal.make_sketch('{1}'), 1, -1) $$,
    '22023',
    null,
    'refuses a percentile below 0'
);

select * from finish();
rollback;
