begin;
select plan(2);

select is(
    perf_internal.get_needed_distance(null, 3, null, 0.5, 2, 1),
    18::float8,
    'of a deviation of 3 and halves is 3 * 2 * (2 + 1)'
);

-- A has 0.5 and B 1: the pooled rate is 0.75 and A alone varies.
select is(
    perf_internal.get_needed_distance(0.5, null, 0.5, 0.5, 2, 1),
    2 * sqrt(0.75 * 0.25 * 4) + sqrt(0.25 * 2::float8),
    'of a rate has the pooled and the own deviations'
);

select * from finish();
rollback;
