begin;
select plan(25);

-- 16 digits a bin, bin 2399 before the last 16.
select is(
    perf_internal.make_sketch('{2399}'),
    10000000000000000::numeric,
    'one value in the highest bin is a one and 16 zeros'
);

select is(
    perf_internal.make_sketch('{2398,2399,2398,2398}'),
    300000000000000010000000000000000::numeric,
    'each bin counts its values in 16 digits, the lower bin before the higher'
);

select is(
    perf_internal.make_sketch('{2397,2399}'),
    1e48 + 1e16,
    'a bin that is not in use between two others counts 0'
);

select is(
    perf_internal.make_sketch('{5}'), ('1e' || 16 * 2395)::numeric, 'bin 5 stands 2395 bins before the end'
);

select is(
    perf_internal.make_sketch('{5,3,3}'),
    perf_internal.make_sketch('{3,5,3}'),
    'the order of the values is of no matter'
);

select is(
    perf_internal.make_sketch('{-1389,2399,-1389}'),
    2 * ('1e' || 16 * 3789)::numeric + 1e16,
    'bins go from -1389 to 2399'
);

select is(
    perf_internal.make_sketch('{2400,-1390,9000,-2000,2399,7}'),
    perf_internal.make_sketch('{2399,-1389,2399,-1389,2399,7}'),
    'values beyond count in the last'
);

select is(
    perf_internal.make_sketch('{-1,1}'),
    perf_internal.make_sketch('{-1}') + perf_internal.make_sketch('{1}'),
    'bins may be negative'
);

select is(
    perf_internal.make_sketch('{7,2,7}') + perf_internal.make_sketch('{2,-4,900}'),
    perf_internal.make_sketch('{7,2,7,2,-4,900}'),
    'adding sketches adds what they count'
);

select is(
    perf_internal.make_sketch(array_fill(2399, '{100000}')),
    1e5 * 1e16,
    'counts a hundred thousand values in one bin'
);

select is(perf_internal.make_sketch('{}'), null, 'no values have no sketch');
select is(perf_internal.make_sketch(null), null, 'null has no sketch');

select is(
    perf_internal.make_sketch('{-75000,75000}'),
    perf_internal.make_sketch('{-1389,2399}'),
    'takes the bins of the smallest and the largest double precision'
);

-- Negative values: bin 5 of them has the place of bin -2786.
select is(
    perf_internal.make_sketch('{-200005}'),
    ('1e' || 16 * (2400 + 2786))::numeric,
    'a negative value has a place before all others'
);
select is(
    perf_internal.make_sketch('{-198611,-1389}'),
    ('1e' || 16 * (2400 + 1392))::numeric + ('1e' || 16 * 3789)::numeric,
    'those nearest to 0 on both sides are three places apart'
);
select is(
    perf_internal.make_sketch('{-125000,-275000}'),
    perf_internal.make_sketch('{-198611,-202399}'),
    'negative values beyond count in the last bin of their side'
);
select is(
    perf_internal.make_sketch('{-200005,7}') + perf_internal.make_sketch('{-200009,-200005,7}'),
    perf_internal.make_sketch('{-200009,-200005,-200005,7,7}'),
    'sketches of any sign add up'
);

select throws_ok(
    format('select perf_internal.make_sketch(%L)', b.bins),
    '22023',
    'bins must be between -75000 and 75000, or -275000 and -125000, and not null',
    'refuses bins ' || b.bins
)
from (
    values ('{1,20000000}'), ('{75001}'), ('{-75001,0}'), ('{-124999}'), ('{-275001,0}'),
        ('{2147483647}'), ('{3,null}'), ('{9000,null}')
) as b (bins);

select * from finish();
rollback;
