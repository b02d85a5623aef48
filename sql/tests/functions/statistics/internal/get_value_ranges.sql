begin;
select plan(7);

-- Bin 0 is from 1 / 1.01 to 1, bin 70 from 1.01 ^ 69 = 1.98689 to 1.01 ^ 70 = 2.00676.
select results_eq(
    $$ select round(v.low::numeric, 4), round(v.high::numeric, 4), v.range_count
       from perf_internal.get_value_ranges(
           perf_internal.make_sketch('{0,0,70}'), 4, '{1}', 0, 2
       ) as v
       order by 1, 2 $$,
    $$ values (0.0000, 0.0000, 1::bigint), (0.9901, 1.0000, 1), (1.0000, 1.0000, 1),
        (1.9869, 2.0000, 1) $$,
    'a known value, the others of its bin, what ends at the maximum, and what is 0'
);
select results_eq(
    $$ select round(v.low::numeric, 4), round(v.high::numeric, 4), v.range_count
       from perf_internal.get_value_ranges(perf_internal.make_sketch('{70,70}'), 2) as v $$,
    $$ values (1.9869, 2.0068, 2::bigint) $$,
    'without extremes a range is its bin'
);
select ok(
    (
        select v.low <= 1.01::float8 ^ 69 and v.high >= 1.01::float8 ^ 70
        from perf_internal.get_value_ranges(perf_internal.make_sketch('{70}'), 1) as v
    ),
    'the edges of the bin are in it'
);
select results_eq(
    $$ select v.low, v.high, v.range_count
       from perf_internal.get_value_ranges(
           perf_internal.make_sketch('{70,70}'), 2, '{2,2}', 2, 2
       ) as v $$,
    $$ values (2::float8, 2::float8, 2::bigint) $$,
    'equal known values are one range'
);
select results_eq(
    $$ select v.low, v.high, v.range_count
       from perf_internal.get_value_ranges(perf_internal.make_sketch('{2399}'), 1) as v $$,
    $$ select 1.01::float8 ^ 2398 * (1 - 1e-9), 'Infinity'::float8, 1::bigint $$,
    'the last bin has no end'
);
-- Bin 70 of negative values is from -2.00676 to -1.98689.
select results_eq(
    $$ select round(v.low::numeric, 4), round(v.high::numeric, 4), v.range_count
       from perf_internal.get_value_ranges(
           perf_internal.make_sketch('{-200070,-200070,0}'), 3, '{-2}', -2
       ) as v
       order by 1, 2 $$,
    $$ values (-2.0000, -2.0000, 1::bigint), (-2.0000, -1.9869, 1), (0.9901, 1.0000, 1) $$,
    'values below 0'
);
select is_empty(
    'select * from perf_internal.get_value_ranges(null, 0)', 'nothing of no values'
);

select * from finish();
rollback;
