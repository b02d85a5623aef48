begin;
select plan(7);

-- By scipy.special.fdtrc; with 2 and v degrees of freedom it is v / 2 ((1 - p) ^ (-2 / v) - 1).
select is_empty(
    $$ select c.*, perf.get_f_quantile(c.p, c.n, c.d, c.is_upper)
       from (
           values
               (0.95::float8, 4::float8, 10::float8, false, 3.4780496907652294::float8),
               (0.25, 2, 1, true, 0.5 * 15),
               (1e-100, 2, 1, true, 0.5e200),
               (1e-12, 3.5, 7.5, true, 4716.668805421271),
               (1e-20, 5, 30, false, 6.164311940543287e-09),
               (0.3, 1e6, 1e7, true, 1.000777431408553)
       ) as c (p, n, d, is_upper, expected)
       where abs(perf.get_f_quantile(c.p, c.n, c.d, c.is_upper) / c.expected - 1) > 1e-9 $$,
    'agrees with the tables, into both tails'
);

select is_empty(
    $$ select n.v, d.v, p.p, u.is_upper
       from unnest('{0.5,2,30,1e6}'::float8[]) as n (v)
       cross join unnest('{0.5,5.5,1e3,1e9}'::float8[]) as d (v)
       cross join unnest('{1e-50,0.01,0.5,0.7,0.999999}'::float8[]) as p (p)
       cross join unnest('{f,t}'::boolean[]) as u (is_upper)
       where abs(
           perf.get_f_probability(
               perf.get_f_quantile(p.p, n.v, d.v, u.is_upper), n.v, d.v, u.is_upper
           ) / p.p - 1
       ) > 1e-9 $$,
    'is the inverse of the probability'
);

select is(perf.get_f_quantile(1e-100, 0.1, 3), 0::float8, 'below double precision it is 0');
select is(perf.get_f_quantile(0.5, null, 3), null, 'null gives null');

select throws_ok(
    format('select perf.get_f_quantile(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        (
            '0, 1, 2',
            'p must be between 0 and 1, both excluded, numerator_freedom and denominator_freedom from 0.1 to 1e10, got 0, 1 and 2'
        ),
        (
            '0.5, 1, 0',
            'p must be between 0 and 1, both excluded, numerator_freedom and denominator_freedom from 0.1 to 1e10, got 0.5, 1 and 0'
        ),
        (
            '1e-300, 1, 0.1, true',
            'the quantile of p 1e-300 with denominator_freedom 0.1 is too large'
        )
) as v (arguments, message);

select * from finish();
rollback;
