begin;
select plan(4);

-- Five groups of one value each: 2, 4, 4, 4, 6 has mean 4, variance 2, and Student's 97.5 %
-- quantile with 4 degrees of freedom is 2.7764, so 4 -+ 2.7764 * sqrt(2 / 5) = 2.244, 5.756.
select results_eq(
    $$ select round(low::numeric, 2), round(high::numeric, 2)
       from perf.get_mean_interval('{2,4,4,4,6}', '{1,1,1,1,1}') $$,
    $$ values (2.24, 5.76) $$,
    'is that of Student where every group is one value'
);

select results_eq(
    $$ select low, high from perf.get_mean_interval('{10,20,30,40,50}', '{1,2,3,4,5}') $$,
    $$ values (10::float8, 10::float8) $$,
    'has no width where every group has the same mean'
);

select results_eq(
    $$ select low, high from perf.get_mean_interval('{1,2,3,4,5}', '{1,1,1,1,0}') $$,
    $$ values (null::float8, null::float8) $$,
    'four groups are too few, and empty ones do not count'
);

select results_eq(
    $$ select low, high from perf.get_mean_interval(null, null) $$,
    $$ values (null::float8, null::float8) $$,
    'nothing says nothing'
);

select * from finish();
rollback;
