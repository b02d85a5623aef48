begin;
select plan(7);

-- By scipy.special.betainc and betaincc; with alpha 1 the upper tail is (1 - value) ^ beta.
select is_empty(
    $$ select c.*, perf.get_beta_probability(c.value, c.alpha, c.beta, c.is_upper)
       from (
           values
               (0.3::float8, 2.5::float8, 4::float8, false, 0.3521975859067672::float8),
               (0.9, 2.5, 4, true, 0.000796351692989932),
               (0.5, 1, 900, true, 0.5::float8 ^ 900),
               (0.4, 2, 3, false, 0.5248),
               (1e-200, 1.5, 1, false, 1e-300),
               (0.01, 30, 40, false, 2.1646349506126083e-41),
               (0.5, 1e6, 1.001e6, true, 0.2398049175336083)
       ) as c (value, alpha, beta, is_upper, expected)
       where abs(perf.get_beta_probability(c.value, c.alpha, c.beta, c.is_upper) / c.expected - 1) > 1e-9 $$,
    'agrees with the tables, into both tails'
);

select is(
    array(
        select perf.get_beta_probability(u.value, 3, 4)
        from unnest('{-Infinity,0,1e-320,1,2}'::float8[]) with ordinality as u (value, position)
        order by u.position
    ),
    '{0,0,0,1,1}'::float8[],
    'knows the ends of the lower tail'
);

select is(
    array(
        select perf.get_beta_probability(u.value, 3, 4, true)
        from unnest('{-1,0,1e-300,1,Infinity}'::float8[]) with ordinality as u (value, position)
        order by u.position
    ),
    '{1,1,1,0,0}'::float8[],
    'and of the upper one'
);

select is(perf.get_beta_probability(0.5, 2, null), null, 'null gives null');

select throws_ok(
    format('select perf.get_beta_probability(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        (
            '''NaN'', 1, 2',
            'value must be a number, alpha and beta from 0.05 to 1e10, got NaN, 1 and 2'
        ),
        (
            '0.5, 0, 2',
            'value must be a number, alpha and beta from 0.05 to 1e10, got 0.5, 0 and 2'
        ),
        (
            '0.5, 2, ''Infinity''',
            'value must be a number, alpha and beta from 0.05 to 1e10, got 0.5, 2 and Infinity'
        )
) as v (arguments, message);

select * from finish();
rollback;
