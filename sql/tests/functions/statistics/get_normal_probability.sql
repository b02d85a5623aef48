begin;
select plan(5);

-- By scipy.special.ndtr.
select is_empty(
    $$ select c.*, perf.get_normal_probability(c.z)
       from (
           values
               (-37::float8, 5.7255712225239266e-300::float8),
               (-10, 7.61985302416047e-24),
               (-1.5, 0.06680720126885807),
               (0.5, 0.6914624612740131),
               (3, 0.9986501019683699)
       ) as c (z, expected)
       where abs(perf.get_normal_probability(c.z) / c.expected - 1) > 1e-9 $$,
    'agrees with the tables, into the tail'
);

select is(
    array(
        select perf.get_normal_probability(z)
        from unnest('{-Infinity,-1e200,-100,0,1e-200,100,Infinity}'::float8[])
            with ordinality as u (z, position)
        order by u.position
    ),
    '{0,0,0,0.5,0.5,1,1}'::float8[],
    'knows the middle and the ends'
);
select is(
    round(perf.get_normal_probability(perf.get_normal_quantile(0.025))::numeric, 14),
    0.02500000000000,
    'is the inverse of the quantile'
);
select is(perf.get_normal_probability(null), null, 'null gives null');
select throws_ok(
    $$ select perf.get_normal_probability('NaN') $$,
    '22023',
    'z must be a number, got NaN',
    'refuses NaN'
);

select * from finish();
rollback;
