begin;
select plan(9);

-- Of 10 pairs 8 rise and 2 fall; the variance is 5 * 4 * 15 / 18 = 50 / 3.
select is(
    (
        select array[
            m.s::numeric, m.tau::numeric, round(m.z::numeric, 12), round(m.p_value::numeric, 12)
        ]
        from perf.get_mann_kendall_test('{1,3,2,5,4}') as m
    ),
    array[
        6, 0.6, round(5 / sqrt(50 / 3.0), 12),
        round(2 * perf.get_normal_probability(-5 / sqrt(50 / 3.0::float8))::numeric, 12)
    ],
    'counts pairs, and corrects z by one'
);

-- Of 6 pairs one is tied and 5 rise: tau is 5 over the root of 6 * 5. The tie takes
-- 2 * 1 * 9 / 18 from the variance 4 * 3 * 13 / 18.
select is(
    (
        select array[m.s::numeric, round(m.tau::numeric, 12), round(m.z::numeric, 12)]
        from perf.get_mann_kendall_test('{1,2,2,7}') as m
    ),
    array[5, round(5 / sqrt(30.0), 12), round(4 / sqrt(138 / 18.0), 12)],
    'counts ties for nothing'
);
select is(
    (select m.s from perf.get_mann_kendall_test(array[3, null, 2, null, 1]) as m),
    -3::bigint,
    'leaves null elements out'
);
select results_eq(
    $$ select * from perf.get_mann_kendall_test('{7,7,7}') $$,
    $$ values (0::bigint, null::float8, 0::float8, 1::float8) $$,
    'equal values have no trend'
);
select is_empty(
    $$ select a.v
       from (values ('{}'::float8[]), ('{5}'), (null)) as a (v)
       cross join lateral perf.get_mann_kendall_test(a.v) as m
       where num_nonnulls(m.s, m.tau, m.z, m.p_value) > 0 $$,
    'no value, one, and null give nulls'
);
select is(
    (
        select m.s
        from perf.get_mann_kendall_test(array(select x::float8 from generate_series(1, 300) as x)) as m
    ),
    44850::bigint,
    'all pairs of a long rise rise'
);

select throws_ok(
    format('select perf.get_mann_kendall_test(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        (
            '''{1,NaN}''',
            'values must be numbers from -1e90 to 1e90 or null, got NaN'
        ),
        (
            '''{{1,2}}''',
            'values must have one dimension, got 2'
        ),
        (
            'array_fill(1::float8, ''{100001}'')',
            'values must have at most 100000 elements, got 100001'
        )
) as v (arguments, message);

select * from finish();
rollback;
