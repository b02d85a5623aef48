begin;
select plan(12);

-- Median: Conover, Practical Nonparametric Statistics, table of the sign test; 95 %.
select results_eq(
    $$ select i.low, i.high
       from unnest('{6,10,20,25}'::integer[]) with ordinality as n (value_count, position)
       cross join lateral perf.get_rank_interval(n.value_count, 0.5) as i
       order by n.position $$,
    $$ values (1::bigint, 6::bigint), (2, 9), (6, 15), (8, 18) $$,
    'gives the ranks of the tables for a median'
);

select results_eq(
    $$ select low, high from perf.get_rank_interval(5, 0.5) $$,
    $$ values (null::bigint, null::bigint) $$,
    'five values do not bound a median at 95 %'
);

-- 0.99^367 = 0.02500, 0.99^368 = 0.02475.
select results_eq(
    $$ select i.high
       from unnest('{367,368}'::integer[]) with ordinality as n (value_count, position)
       cross join lateral perf.get_rank_interval(n.value_count, 0.99) as i
       order by n.position $$,
    $$ values (null::bigint), (368) $$,
    'the 99th percentile has an upper limit from 368 values on'
);

select results_eq(
    $$ select 1001 - high, 1001 - low from perf.get_rank_interval(1000, 0.95) $$,
    $$ select low, high from perf.get_rank_interval(1000, 0.05) $$,
    'counts from either end alike'
);

select ok(
    (
        select bool_and(abs(i.low - e.low) <= 2 and abs(i.high - e.high) <= 2)
        from (values (1000::bigint, 469::bigint, 532::bigint), (1002, 470, 533))
            as e (value_count, low, high)
        cross join lateral perf.get_rank_interval(e.value_count, 0.5) as i
    ),
    'the approximation goes on where the exact ranks end'
);

select results_eq(
    $$ select low, high from perf.get_rank_interval(0, 0.5) $$,
    $$ values (null::bigint, null::bigint) $$,
    'no values say nothing'
);

select results_eq(
    $$ select low, high from perf.get_rank_interval(10, 1) $$,
    $$ values (10::bigint, null::bigint) $$,
    'the largest of a population may be larger than any seen'
);

select throws_ok(
    $$ select perf.get_rank_interval(10, 1.5) $$,
    '22023',
    'percentile must be between 0 and 1, got 1.5',
    'refuses a percentile above 1'
);

-- Poisson, of 90 expected.
select results_eq(
    $$ select low, high from perf.get_rank_interval(9000000000000000, 1e-14) $$,
    $$ values (72::bigint, 110::bigint) $$,
    'holds for rare values among very many'
);

select results_eq(
    $$ select low is null, high between 450 and 600
       from perf.get_rank_interval(1000, 0.3, 1 - 2.3e-16::float8) $$,
    $$ values (false, true) $$,
    'holds for a confidence next to 1'
);

select results_eq(
    $$ select low, high from perf.get_rank_interval(10, 5e-324) $$,
    $$ values (null::bigint, 1::bigint) $$,
    'and for the smallest percentile'
);

select throws_ok(
    $$ select perf.get_rank_interval(9007199254740993, 0.5) $$,
    '22023',
    'value_count must be at most 2^53, got 9007199254740993',
    'refuses more values than a double precision can count'
);

select * from finish();
rollback;
