begin;
select plan(12);

select is(
    perf_internal.make_counted_sketch('{5}', '{3}'),
    perf_internal.make_sketch('{5,5,5}'),
    'three values of one bin are as three bins'
);
select is(
    perf_internal.make_counted_sketch('{-1389,7,5,2399}', '{1,2,3,1}'),
    perf_internal.make_sketch('{7,5,2399,5,7,-1389,5}'),
    'whatever their order'
);
select is(
    perf_internal.make_counted_sketch('{5,7,5}', '{1,2,3}'),
    perf_internal.make_sketch('{5,7,5,7,5,5}'),
    'a bin that comes twice counts both'
);
select is(
    perf_internal.make_counted_sketch('{-200005,-200006,5}', '{2,1,1}'),
    perf_internal.make_sketch('{-200005,5,-200006,-200005}'),
    'negative values have their places'
);
select is(
    perf_internal.make_counted_sketch('{9000,-9000}', '{2,3}'),
    perf_internal.make_sketch('{2399,2399,-1389,-1389,-1389}'),
    'bins beyond the ends count there'
);
select is(
    perf_internal.make_counted_sketch('{5}', '{1000000000000000}'),
    ('1e' || 16 * 2395 + 15)::numeric,
    'a bin counts up to 1e15'
);
select is(perf_internal.make_counted_sketch('{}', '{}'), null, 'no bins are no sketch');
select is(perf_internal.make_counted_sketch(null, '{1}'), null, 'nor is null');

select throws_ok(
    format('select perf_internal.make_counted_sketch(%L, %L)', w.bins, w.counts),
    '22023',
    'counts must be positive numbers with a sum of at most 1e15, one for each of bins',
    'refuses ' || w.problem
)
from (
    values
        ('{1,2}', '{1}', 'a count too few'),
        ('{1,2}', '{1,0}', 'a count of 0'),
        ('{1,2}', '{1000000000000000,1}', 'more than a bin can hold')
) as w (bins, counts, problem);
select throws_ok(
    $$ select perf_internal.make_counted_sketch('{80000}', '{1}') $$,
    '22023',
    'bins must be between -75000 and 75000, or -275000 and -125000, and not null',
    'refuses a bin that no number has'
);

select * from finish();
rollback;
