begin;
select plan(7);

-- By scipy.stats.t.ppf; of 2 degrees of freedom it is (2 p - 1) / sqrt(2 p (1 - p)).
select is_empty(
    $$ select c.*, perf.get_student_t_quantile(c.p, c.v)
       from (
           values
               (0.975::float8, 1::float8, 12.706204736174694::float8),
               (0.975, 2, 4.302652729749462),
               (0.975, 3.7, 2.8675207071911895),
               (0.995, 10, 3.16927267261695),
               (0.9995, 30, 3.6459586350420627),
               (0.001, 2.5, -13.822193110865964),
               (1e-10, 8, -39.12956297338265),
               (1e-20, 40, -17.586329479523002),
               (0.6, 1.5, 0.30074539256979543),
               (0.975, 1e6, 1.959966356814107),
               (0.5001, 2, 0.0002 / sqrt(2 * 0.5001 * 0.4999))
       ) as c (p, v, expected)
       where abs(perf.get_student_t_quantile(c.p, c.v) / c.expected - 1) > 1e-9 $$,
    'agrees with the tables, into the tails and between whole degrees of freedom'
);

select is_empty(
    $$ select v.v, p.p
       from unnest('{0.1,0.5,1,2,5.5,30,1e4,1e8}'::float8[]) as v (v)
       cross join unnest('{1e-15,1e-5,0.01,0.2,0.3,0.49,0.6,0.99}'::float8[]) as p (p)
       where (v.v >= 0.5 or p.p > 1e-6)
       and abs(
           perf.get_student_t_probability(perf.get_student_t_quantile(p.p, v.v), v.v) / p.p - 1
       ) > 1e-9 $$,
    'is the inverse of the probability'
);

select is(perf.get_student_t_quantile(0.5, 3), 0::float8, 'the middle is 0');
select is(perf.get_student_t_quantile(0.9, null), null, 'null gives null');

select throws_ok(
    format('select perf.get_student_t_quantile(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        (
            '1, 3',
            'p must be between 0 and 1, both excluded, and degrees_of_freedom at least 0.1, got 1 and 3'
        ),
        (
            '0.5, 0.05',
            'p must be between 0 and 1, both excluded, and degrees_of_freedom at least 0.1, got 0.5 and 0.05'
        ),
        (
            '1e-300, 0.1',
            'the quantile of p 1e-300 with degrees_of_freedom 0.1 is too large'
        )
) as v (arguments, message);

select * from finish();
rollback;
