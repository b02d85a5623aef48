begin;
select plan(9);

select is(perf_internal.get_fewest_values(0.9), 19::bigint, '19 for 90 %');
select is(perf_internal.get_fewest_values(0.95), 39::bigint, '39 for 95 %');
select is(perf_internal.get_fewest_values(0.8), 9::bigint, '9 for 80 %');
select is(perf_internal.get_fewest_values(0.9999), 19999::bigint, '19999 for the most');
select results_eq(
    $$ select c
       from unnest('{0.01,0.5,0.6,0.7,0.9,0.99,0.999,0.9999}'::float8[]) as c
       where (
               select i.low is null
               from perf_internal.get_prediction_interval(
                   null, perf_internal.get_fewest_values(c), c
               ) as i
           )
           or (
               select i.low is not null
               from perf_internal.get_prediction_interval(
                   null, perf_internal.get_fewest_values(c) - 1, c
               ) as i
           ) $$,
    'select null::float8 where false',
    'that many values give an interval, and one less does not'
);
select throws_ok(
    'select perf_internal.get_fewest_values(1)',
    '22023',
    'confidence must be above 0 and at most 0.9999, got 1',
    'refuses certainty'
);
select throws_ok(
    'select perf_internal.get_fewest_values(0)',
    '22023',
    'confidence must be above 0 and at most 0.9999, got 0',
    'refuses 0'
);
select throws_ok(
    $$ select perf_internal.get_fewest_values('NaN') $$,
    '22023',
    'confidence must be above 0 and at most 0.9999, got NaN',
    'refuses what is no number'
);
select throws_ok(
    'select perf_internal.get_fewest_values(null)',
    '22023',
    'confidence must be above 0 and at most 0.9999, got null',
    'refuses null'
);

select * from finish();
rollback;
