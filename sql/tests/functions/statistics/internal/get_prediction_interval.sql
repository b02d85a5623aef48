begin;
select plan(10);

create function pg_temp.make_sketch(double precision[])
returns numeric
language sql
as $$
    select perf_internal.make_sketch(array(
        select ceil(ln(v) / ln(1.01::float8))::integer from unnest($1) as v where v > 0
    ));
$$;

create temporary table samples as
select n, array(select v::float8 from generate_series(1, n) as v) as known
from generate_series(1, 100) as n;

select results_eq(
    $$ select i.low, i.high
       from samples as s
       cross join lateral perf_internal.get_prediction_interval(
           pg_temp.make_sketch(s.known), s.n, 0.9, s.known
       ) as i
       where s.n in (18, 19, 38, 39, 99)
       order by s.n $$,
    $$ values (null::float8, null::float8), (1, 19), (1, 38), (2, 38), (5, 95) $$,
    'the ranks (n + 1) * 0.05 from either end, and nothing below 19 values'
);
select results_eq(
    $$ select i.low, i.high
       from samples as s
       cross join lateral perf_internal.get_prediction_interval(
           pg_temp.make_sketch(s.known), s.n, 0.8, s.known
       ) as i
       where s.n in (8, 9)
       order by s.n $$,
    $$ values (null::float8, null::float8), (1, 9) $$,
    'a lower confidence needs fewer values'
);
-- 1.01 ^ 1145 = 88689, 1.01 ^ 1146 = 89576, 1.01 ^ 1147 = 90471.
select results_eq(
    $$ select round(i.low), round(i.high)
       from perf_internal.get_prediction_interval(
           pg_temp.make_sketch(array_fill(90010::float8, '{100}')), 100
       ) as i $$,
    $$ select round(1.01::float8 ^ 1146), round(1.01::float8 ^ 1147) $$,
    'values that are not known may be anywhere in their bin'
);
select ok(
    1.01::float8 ^ 1146 < 90010 and 90010 < 1.01::float8 ^ 1147,
    'so an interval holds the value that all jobs have'
);
select results_eq(
    $$ select i.low, i.high
       from perf_internal.get_prediction_interval(
           pg_temp.make_sketch(array_fill(90010::float8, '{100}')), 100,
           minimum => 90010, maximum => 90010
       ) as i $$,
    $$ values (90010::float8, 90010::float8) $$,
    'between equal extremes an interval is one value'
);
select results_eq(
    $$ select i.low, i.high
       from perf_internal.get_prediction_interval(
           pg_temp.make_sketch(array_fill(90010::float8, '{90}')), 100
       ) as i $$,
    $$ select 0::float8, 1.01::float8 ^ 1147 * (1 + 1e-9) $$,
    'zeros are counted'
);
select results_eq(
    $$ select i.low, i.high from perf_internal.get_prediction_interval(null, 19) as i $$,
    $$ values (0::float8, 0::float8) $$,
    'of nothing but zeros it is 0'
);
select results_eq(
    $$ select i.low, i.high from perf_internal.get_prediction_interval(null, 0) as i $$,
    $$ values (null::float8, null::float8) $$,
    'null for no values'
);
select results_eq(
    $$ select i.low, i.high from perf_internal.get_prediction_interval(null, null) as i $$,
    $$ values (null::float8, null::float8) $$,
    'null for null'
);
select results_eq(
    $$ select i.low, i.high
       from perf_internal.get_prediction_interval(null, 19, confidence => null) as i $$,
    $$ values (null::float8, null::float8) $$,
    'null without a confidence'
);

select * from finish();
rollback;
