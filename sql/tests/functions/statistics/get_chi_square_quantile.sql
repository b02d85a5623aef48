begin;
select plan(6);

-- By scipy.stats.chi2; with 2 degrees of freedom it is -2 ln(1 - p).
select is_empty(
    $$ select c.*, perf.get_chi_square_quantile(c.p, c.freedom, c.is_upper)
       from (
           values
               (0.95::float8, 1::float8, false, 3.841458820694124::float8),
               (0.05, 1, true, 3.8414588206941285),
               (0.9, 2, false, -2 * ln(0.1::float8)),
               (1e-100, 2, true, -2 * ln(1e-100::float8)),
               (1e-300, 5, true, 1400.6405856530268),
               (1e-300, 5, false, 3.2334077805831805e-120),
               (0.5, 1000, false, 999.333412403381),
               (1e-10, 0.1, true, 34.596082007235225),
               (0.001, 1e6, false, 995635.4506315956)
       ) as c (p, freedom, is_upper, expected)
       where abs(perf.get_chi_square_quantile(c.p, c.freedom, c.is_upper) / c.expected - 1) > 1e-9 $$,
    'agrees with the tables, into both tails'
);

select is_empty(
    $$ select v.v, p.p, u.is_upper
       from unnest('{0.1,0.5,1,2,5.5,30,1e4,1e7}'::float8[]) as v (v)
       cross join unnest('{1e-250,1e-15,0.01,0.2,0.5,0.7,0.99,0.999999}'::float8[]) as p (p)
       cross join unnest('{f,t}'::boolean[]) as u (is_upper)
       cross join lateral perf.get_chi_square_quantile(p.p, v.v, u.is_upper) as q (value)
       where q.value > 0
           and abs(perf.get_chi_square_probability(q.value, v.v, u.is_upper) / p.p - 1) > 1e-9 $$,
    'is the inverse of the probability'
);

select is(perf.get_chi_square_quantile(1e-100, 0.1), 0::float8, 'below double precision it is 0');
select is(perf.get_chi_square_quantile(null, 1), null, 'null gives null');

select throws_ok(
    format('select perf.get_chi_square_quantile(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        (
            '1, 3',
            'p must be between 0 and 1, both excluded, and degrees_of_freedom from 0.1 to 1e10, got 1 and 3'
        ),
        (
            '0.5, 0.05',
            'p must be between 0 and 1, both excluded, and degrees_of_freedom from 0.1 to 1e10, got 0.5 and 0.05'
        )
) as v (arguments, message);

select * from finish();
rollback;
