begin;
select plan(6);

-- Tables of Garwood's limits: 0 events up to 3.689, 10 events 4.795 to 18.390.
select results_eq(
    $$ select n, round(i.low::numeric, 3), round(i.high::numeric, 3)
       from (values (0), (1), (10), (100)) as c (n)
       cross join lateral perf_internal.get_poisson_interval(c.n) as i $$,
    $$ values (0, 0.000, 3.689), (1, 0.025, 5.572), (10, 4.795, 18.390), (100, 81.364, 121.627) $$,
    'gives the limits of Garwood'
);
select ok(
    (
        select abs(a.low / b.low - 1) < 1e-6 and abs(a.high / b.high - 1) < 1e-6
        from perf_internal.get_poisson_interval(999999999) as a
        cross join perf_internal.get_poisson_interval(1000000000) as b
    ),
    'very many events have the limits of the normal distribution'
);
select results_eq(
    'select low, high from perf_internal.get_poisson_interval(null)',
    'values (null::float8, null::float8)',
    'no count has none'
);
select throws_ok(
    'select perf_internal.get_poisson_interval(-1)',
    '22023',
    'event_count must be at least 0, got -1',
    'refuses a count below 0'
);
select throws_ok(
    'select perf_internal.get_poisson_interval(1, 1)', '22023', null, 'refuses a confidence of 1'
);
set local role anon;
select throws_ok('select perf_internal.get_poisson_interval(1)', '42501', null, 'anon may not');

select * from finish();
rollback;
