begin;
select plan(5);

select is(
    array(
        select round(perf.get_normal_quantile(p)::numeric, 12)
        from unnest('{0.5,0.975,0.995,0.025,0.9}'::float8[]) as p
    ),
    '{0.000000000000,1.959963984540,2.575829303549,-1.959963984540,1.281551565545}'::numeric[],
    'has the values of the tables'
);

select is(
    array(
        select round(perf.get_normal_quantile(p)::numeric, 10)
        from unnest('{1e-10,1e-20,1e-300}'::float8[]) as p
    ),
    '{-6.3613409024,-9.2623400898,-37.0470962994}'::numeric[],
    'reaches far into the tail'
);

select is(perf.get_normal_quantile(null), null, 'null gives null');

select throws_ok(
    $$ select perf.get_normal_quantile(1) $$,
    '22023',
    'p must be between 0 and 1, both excluded, got 1',
    'refuses 1'
);

select throws_ok(
    $$ select perf.get_normal_quantile('NaN') $$,
    '22023',
    'p must be between 0 and 1, both excluded, got NaN',
    'refuses NaN'
);

select * from finish();
rollback;
