begin;
select plan(10);

create function pg_temp.bins(bins integer[], value_count bigint)
returns table (bin_from numeric, bin_until numeric, bin_value numeric, value_count bigint)
language sql
as $$
    select
        round(b.bin_from::numeric, 6), round(b.bin_until::numeric, 6),
        round(b.bin_value::numeric, 6), b.value_count
    from perf_internal.get_sketch_bins(perf_internal.make_sketch(bins.bins), bins.value_count) as b
$$;

-- 1.01^2 is 1.0201, 1.01^3 is 1.030301; 1 * 2 / 2.01 is 0.995025.
select results_eq(
    $$ select * from pg_temp.bins('{3,0,3}', 3) $$,
    $$ values (0.990099, 1.000000, 0.995025, 1::bigint), (1.020100, 1.030301, 1.025175, 2) $$,
    'gives the bins that have values, the lowest first'
);
select results_eq(
    $$ select * from pg_temp.bins('{0}', 4) $$,
    $$ values (0.000000, 0.000000, 0.000000, 3::bigint), (0.990099, 1.000000, 0.995025, 1) $$,
    'zeros have a bin of their own'
);
select results_eq(
    $$ select * from pg_temp.bins('{0,-200000,-200003}', 5) $$,
    $$ values (-1.030301, -1.020100, -1.025175, 1::bigint), (-1.000000, -0.990099, -0.995025, 1),
        (0.000000, 0.000000, 0.000000, 2), (0.990099, 1.000000, 0.995025, 1) $$,
    'negative values come before them, the largest first'
);
select results_eq(
    $$ select b.bin_from, b.bin_until, b.value_count
       from perf_internal.get_sketch_bins(
           perf_internal.make_sketch('{-1389,2399,-198611,-202399}'), 4
       ) as b $$,
    $$ values
        (-(1.01::float8 ^ 2399), -(1.01::float8 ^ 2398), 1::bigint),
        (-(1.01::float8 ^ -1389), -(1.01::float8 ^ -1390), 1),
        (1.01::float8 ^ -1390, 1.01::float8 ^ -1389, 1),
        (1.01::float8 ^ 2398, 1.01::float8 ^ 2399, 1) $$,
    'from the lowest to the highest bin'
);
select is(
    (
        select sum(b.value_count)
        from generate_series(1, 1000) as n
        join lateral perf_internal.get_sketch_bins(n * 1e16 + 7e32, n + 7) as b on true
        where n = 1000
    ),
    1007::numeric,
    'all digits of a count are read'
);
select is_empty(
    'select * from perf_internal.get_sketch_bins(null, 0)', 'of no values there are none'
);
select is_empty(
    'select * from perf_internal.get_sketch_bins(null, null)', 'nor where there is no number'
);
select results_eq(
    'select b.bin_from, b.value_count from perf_internal.get_sketch_bins(null, 7) as b',
    'values (0::float8, 7::bigint)',
    'values without a sketch are zeros'
);
select throws_ok(
    'select * from perf_internal.get_sketch_bins(-1, 1)',
    '22023',
    'sketch must be what perf_internal.make_sketch returns, got "-1"',
    'refuses what is no sketch'
);

set local role anon;
select throws_ok(
    'select * from perf_internal.get_sketch_bins(null, 1)', '42501', null, 'anon may not call it'
);

select * from finish();
rollback;
