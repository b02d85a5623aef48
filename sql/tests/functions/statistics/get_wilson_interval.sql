begin;
select plan(6);

-- Table I of Newcombe, Statistics in Medicine 17 (1998) 857-872, method 3.
select results_eq(
    $$ select round(i.low::numeric, 4), round(i.high::numeric, 4)
       from (values (1, 81, 263), (2, 15, 148), (3, 0, 20), (4, 1, 29), (5, 29, 29))
           as c (position, successes, trials)
       cross join lateral perf.get_wilson_interval(c.successes, c.trials) as i
       order by c.position $$,
    $$ values (0.2553, 0.3662), (0.0624, 0.1605), (0.0000, 0.1611), (0.0061, 0.1718),
        (0.8830, 1.0000) $$,
    'is what the literature prints'
);

select results_eq(
    $$ select low, high from perf.get_wilson_interval(0, 0) $$,
    $$ values (null::float8, null::float8) $$,
    'no trials say nothing'
);

select results_eq(
    $$ select low, high from perf.get_wilson_interval(null, 5) $$,
    $$ values (null::float8, null::float8) $$,
    'null says nothing'
);

select ok(
    (
        select narrow.low > wide.low and narrow.high < wide.high
        from perf.get_wilson_interval(5, 20, 0.8) as narrow
        cross join perf.get_wilson_interval(5, 20, 0.99) as wide
    ),
    'less confidence makes it narrower'
);

select throws_ok(
    $$ select perf.get_wilson_interval(6, 5) $$,
    '22023',
    'successes must be between 0 and trials (5), got 6',
    'refuses more successes than trials'
);

select throws_ok(
    $$ select perf.get_wilson_interval(1, 5, 1) $$,
    '22023',
    null,
    'refuses full confidence'
);

select * from finish();
rollback;
