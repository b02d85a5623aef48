begin;
select plan(6);

-- By scipy.stats.t.cdf; the first two are 1/4 and 1/2 - 1/sqrt(6).
select is_empty(
    $$ select c.*, perf.get_student_t_probability(c.t, c.v)
       from (
           values
               (-1::float8, 1::float8, 0.25::float8),
               (-2, 2, 0.09175170953613698),
               (-2.5, 3.7, 0.03591101145591339),
               (-4, 10, 0.0012591663123683473),
               (-12, 30, 2.7900927075996303e-13),
               (-40, 5.5, 2.70525499452305e-08),
               (-1e6, 2, 4.999999999992501e-13),
               (-0.3, 0.5, 0.42242957606524545),
               (1.5, 7, 0.911350756505015),
               (-2, 1e6, 0.02275026692565962)
       ) as c (t, v, expected)
       where abs(perf.get_student_t_probability(c.t, c.v) / c.expected - 1) > 1e-9 $$,
    'agrees with the tables, into the tails and between whole degrees of freedom'
);

select is(
    array(
        select perf.get_student_t_probability(t, 3)
        from unnest('{-Infinity,0,1e-200,Infinity}'::float8[]) with ordinality as u (t, position)
        order by u.position
    ),
    '{0,0.5,0.5,1}'::float8[],
    'knows the middle and the ends'
);

select is(
    round(perf.get_student_t_probability(-1.959963984540054, 'Infinity')::numeric, 12),
    0.025000000000,
    'is the normal distribution for infinite degrees of freedom'
);

select is(perf.get_student_t_probability(null, 3), null, 'null gives null');

select throws_ok(
    $$ select perf.get_student_t_probability(1, 0) $$,
    '22023',
    't must be a number and degrees_of_freedom one of at least 0.1, got 1 and 0',
    'refuses no degrees of freedom'
);
select throws_ok(
    $$ select perf.get_student_t_probability('NaN', 1) $$,
    '22023',
    't must be a number and degrees_of_freedom one of at least 0.1, got NaN and 1',
    'refuses NaN'
);

select * from finish();
rollback;
