begin;
select plan(8);

-- By scipy.stats.chi2; with 2 degrees of freedom the upper tail is exp(-value / 2).
select is_empty(
    $$ select c.*, perf.get_chi_square_probability(c.value, c.freedom, c.is_upper)
       from (
           values
               (3.84::float8, 1::float8, true, 0.05004352124870519::float8),
               (3, 2, true, exp(-1.5::float8)),
               (1300, 2, true, exp(-650::float8)),
               (3, 2, false, 1 - exp(-1.5::float8)),
               (0.5, 3.7, false, 0.03746605910003208),
               (300, 10, true, 1.5546747543803087e-58),
               (1e-5, 0.1, false, 0.5579696002803567),
               (1200, 0.5, true, 6.022470975666644e-264),
               (900, 1000, false, 0.01071723809128973),
               (1005000, 1e6, true, 0.00020767800946702958)
       ) as c (value, freedom, is_upper, expected)
       where abs(perf.get_chi_square_probability(c.value, c.freedom, c.is_upper) / c.expected - 1) > 1e-9 $$,
    'agrees with the tables, into both tails'
);

select is(
    array(
        select perf.get_chi_square_probability(u.value, 3, true)
        from unnest('{-1,0,1e-300,1e308,Infinity}'::float8[]) with ordinality as u (value, position)
        order by u.position
    ),
    '{1,1,1,0,0}'::float8[],
    'knows the ends of the upper tail'
);

select is(
    array(
        select perf.get_chi_square_probability(u.value, 3)
        from unnest('{-Infinity,-5e-324,0,5e-324,1e308,Infinity}'::float8[]) with ordinality as u (value, position)
        order by u.position
    ),
    '{0,0,0,0,1,1}'::float8[],
    'and of the lower one'
);

-- By the theorem of Wilson and Hilferty to 1e-9 or better, the cube root is normal.
select is_empty(
    $$ select c.z
       from unnest('{-30,-5,-0.1,0,2,20}'::float8[]) as c (z)
       cross join lateral (
           select 1e9 * (1 - 2 / 9e9::float8 + c.z * sqrt(2 / 9e9::float8)) ^ 3 as value
       ) as q
       where abs(
           perf.get_chi_square_probability(q.value, 1e9, c.z > 0)
           / perf.get_normal_probability(-abs(c.z)) - 1
       ) > 1e-4 $$,
    'is close to the normal distribution at 1e9 degrees of freedom'
);

select is(perf.get_chi_square_probability(1, null), null, 'null gives null');

select throws_ok(
    format('select perf.get_chi_square_probability(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        (
            '''NaN'', 1',
            'value must be a number and degrees_of_freedom one from 0.1 to 1e10, got NaN and 1'
        ),
        (
            '1, 0',
            'value must be a number and degrees_of_freedom one from 0.1 to 1e10, got 1 and 0'
        ),
        (
            '1, ''Infinity''',
            'value must be a number and degrees_of_freedom one from 0.1 to 1e10, got 1 and Infinity'
        )
) as v (arguments, message);

select * from finish();
rollback;
