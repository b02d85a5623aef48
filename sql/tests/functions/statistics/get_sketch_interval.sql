begin;
select plan(4);

-- Bins 1 to 10 hold one value each, so rank r is in bin r: for the median ranks 2 and 9.
select results_eq(
    $$ select round((ln(i.low) / ln(1.01))::numeric, 2), round((ln(i.high) / ln(1.01))::numeric, 2)
       from perf.get_sketch_interval(perf.make_sketch('{1,2,3,4,5,6,7,8,9,10}'), 0.5) as i $$,
    $$ values (1.00, 9.00) $$,
    'reaches from the lower edge of the bin of the low rank to the upper edge of the other'
);

select results_eq(
    $$ select low, high from perf.get_sketch_interval(perf.make_sketch('{1,2,3}'), 0.5) $$,
    $$ values (null::float8, null::float8) $$,
    'three values bound nothing'
);

select results_eq(
    $$ select low, high from perf.get_sketch_interval(null, 0.5) $$,
    $$ values (null::float8, null::float8) $$,
    'no sketch says nothing'
);

select throws_ok(
    $$ select perf.get_sketch_interval(perf.make_sketch('{1}'), -1) $$,
    '22023',
    null,
    'refuses a percentile below 0'
);

select * from finish();
rollback;
