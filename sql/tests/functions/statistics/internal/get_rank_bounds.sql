begin;
select plan(4);

-- 0, one known to be 1, one in the bin from 0.9901 to 1, one from 1.9869 to 2.
select results_eq(
    $$ select
           array(select round(x::numeric, 4) from unnest(b.lows) as x),
           array(select round(x::numeric, 4) from unnest(b.highs) as x)
       from perf_internal.get_rank_bounds(
           perf_internal.make_sketch('{0,0,70}'), 4, '{1,2,3,4}', '{1}', 0, 2
       ) as b $$,
    $$ values (
        array[0.0000, 0.9901, 1.0000, 1.9869], array[0.0000, 1.0000, 1.0000, 2.0000]
    ) $$,
    'the bounds of every rank'
);
select results_eq(
    $$ select b.lows, b.highs
       from perf_internal.get_rank_bounds(
           perf_internal.make_sketch('{70,111}'), 2, '{2,1}', '{3,2}'
       ) as b $$,
    $$ values ('{3,2}'::float8[], '{3,2}'::float8[]) $$,
    'known values are exact, in the order of the ranks asked for'
);
select results_eq(
    $$ select b.lows, b.highs
       from perf_internal.get_rank_bounds(
           perf_internal.make_sketch('{70}'), 1, '{2}', '{2}'
       ) as b $$,
    $$ values (array[null::float8], array[null::float8]) $$,
    'null for a rank that there is not'
);
select results_eq(
    $$ select b.lows, b.highs from perf_internal.get_rank_bounds(null, 0, '{1}') as b $$,
    $$ values (array[null::float8], array[null::float8]) $$,
    'null for no values'
);

select * from finish();
rollback;
