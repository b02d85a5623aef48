begin;
select plan(7);

-- By scipy.special.fdtr and fdtrc; with 2 and v degrees of freedom the upper tail is
-- (1 + 2 value / v) ^ (-v / 2), with 1 and 1 the lower is 2 / pi atan(root of value).
select is_empty(
    $$ select c.*, perf.get_f_probability(c.value, c.n, c.d, c.is_upper)
       from (
           values
               (3::float8, 4::float8, 10::float8, true, 0.07232322228814021::float8),
               (5, 2, 6, true, (1 + 10 / 6.0::float8) ^ (-3)),
               (1e90, 2, 6, true, 27 / 8e270::float8 * 8),
               (3, 1, 1, false, 2 / 3.0::float8),
               (0.2, 3.5, 7.5, false, 0.08517723716926594),
               (50, 5, 30, true, 1.18307481306085e-13),
               (1e-10, 0.5, 3, false, 0.002311751892734847),
               (1.001, 1e6, 1e7, true, 0.25004145545671685)
       ) as c (value, n, d, is_upper, expected)
       where abs(perf.get_f_probability(c.value, c.n, c.d, c.is_upper) / c.expected - 1) > 1e-9 $$,
    'agrees with the tables, into both tails'
);

select is(
    array(
        select perf.get_f_probability(u.value, 3, 4)
        from unnest('{-1,0,1e-320,1e308,Infinity}'::float8[]) with ordinality as u (value, position)
        order by u.position
    ),
    '{0,0,0,1,1}'::float8[],
    'knows the ends of the lower tail'
);

select is(
    array(
        select perf.get_f_probability(u.value, 3, 4, true)
        from unnest('{-Infinity,0,1e-300,Infinity}'::float8[]) with ordinality as u (value, position)
        order by u.position
    ),
    '{1,1,1,0}'::float8[],
    'and of the upper one'
);

select is(perf.get_f_probability(1, 2, null), null, 'null gives null');

select throws_ok(
    format('select perf.get_f_probability(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        (
            '''NaN'', 1, 2',
            'value must be a number, numerator_freedom and denominator_freedom from 0.1 to 1e10, got NaN, 1 and 2'
        ),
        (
            '1, 0, 2',
            'value must be a number, numerator_freedom and denominator_freedom from 0.1 to 1e10, got 1, 0 and 2'
        ),
        (
            '1, 2, ''NaN''',
            'value must be a number, numerator_freedom and denominator_freedom from 0.1 to 1e10, got 1, 2 and NaN'
        )
) as v (arguments, message);

select * from finish();
rollback;
