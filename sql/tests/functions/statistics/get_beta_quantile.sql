begin;
select plan(7);

-- By scipy.special.betaincinv and betainccinv; with beta 1 it is p ^ (1 / alpha).
select is_empty(
    $$ select c.*, perf.get_beta_quantile(c.p, c.alpha, c.beta, c.is_upper)
       from (
           values
               (0.3::float8, 2.5::float8, 4::float8, false, 0.2740342469010002::float8),
               (1e-9, 2.5, 4, true, 0.9967522643120696),
               (0.25, 2, 1, false, 0.5),
               (1e-200, 2, 1, false, 1e-100),
               (1e-15, 30, 40, false, 0.07843019078613313),
               (0.4, 1e6, 1.001e6, true, 0.4998396742016847)
       ) as c (p, alpha, beta, is_upper, expected)
       where abs(perf.get_beta_quantile(c.p, c.alpha, c.beta, c.is_upper) / c.expected - 1) > 1e-9 $$,
    'agrees with the tables, into both tails'
);

select is_empty(
    $$ select a.v, b.v, p.p, u.is_upper
       from unnest('{0.5,2,30,1e6}'::float8[]) as a (v)
       cross join unnest('{1.5,5.5,1e3,1e9}'::float8[]) as b (v)
       cross join unnest('{1e-9,0.01,0.5,0.7,0.999}'::float8[]) as p (p)
       cross join unnest('{f,t}'::boolean[]) as u (is_upper)
       cross join lateral perf.get_beta_quantile(p.p, a.v, b.v, u.is_upper) as q (value)
       -- A value next to 1 does not have the digits of its complement.
       where q.value < 0.999
           and abs(perf.get_beta_probability(q.value, a.v, b.v, u.is_upper) / p.p - 1) > 1e-9 $$,
    'is the inverse of the probability'
);

select is(perf.get_beta_quantile(1e-100, 0.05, 3), 0::float8, 'below double precision it is 0');
select is(perf.get_beta_quantile(1e-100, 3, 0.05, true), 1::float8, 'and next to 1 it is 1');
select is(perf.get_beta_quantile(0.5, null, 3), null, 'null gives null');

select throws_ok(
    format('select perf.get_beta_quantile(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        (
            '''NaN'', 1, 2',
            'p must be between 0 and 1, both excluded, alpha and beta from 0.05 to 1e10, got NaN, 1 and 2'
        ),
        (
            '0.5, 1, 0',
            'p must be between 0 and 1, both excluded, alpha and beta from 0.05 to 1e10, got 0.5, 1 and 0'
        )
) as v (arguments, message);

select * from finish();
rollback;
