begin;
select plan(22);

set local extra_float_digits = 1;

-- The sum of 1, 3, 8 is 12, their mean 4, and 9 + 1 + 16 = 26. ln(3) / ln(1.01) is 110.4 and
-- ln(8) / ln(1.01) 209.0.
select results_eq(
    $$ select * from perf_internal.summarize_values('{8,1,3}') $$,
    $$ values (
        3::bigint, 12::float8, 26::float8, 1::float8, 8::float8,
        perf_internal.make_sketch('{0,111,209}')
    ) $$,
    'count, sum, squared differences from the mean, extremes and a sketch'
);
-- The mean of -3, 0, 1 is -2/3, and 49/9 + 4/9 + 25/9 = 78/9.
select results_eq(
    $$ select s.value_count, s.value_sum, round(s.m2::numeric, 9), s.minimum, s.maximum, s.sketch
       from perf_internal.summarize_values('{-3,0,1}') as s $$,
    $$ values (
        3::bigint, -2::float8, 8.666666667, -3::float8, 1::float8,
        perf_internal.make_sketch('{-200111,0}')
    ) $$,
    'values may be negative, and 0 has no bin'
);
select results_eq(
    $$ select b.bin_value between -3.015 and -2.985, b.value_count
       from perf_internal.summarize_values('{-3,5}') as s
       cross join lateral perf_internal.get_sketch_bins(s.sketch, s.value_count) as b
       order by b.bin_value
       limit 1 $$,
    'values (true, 1::bigint)',
    'a negative value is known within 0.5 %'
);
select results_eq(
    $$ select * from perf_internal.summarize_values(array[null, 2, null]::float8[]) $$,
    $$ values (
        1::bigint, 2::float8, 0::float8, 2::float8, 2::float8, perf_internal.make_sketch('{70}')
    ) $$,
    'null elements are left out'
);
select results_eq(
    $$ select * from perf_internal.summarize_values('{0,0}') $$,
    $$ values (2::bigint, 0::float8, 0::float8, 0::float8, 0::float8, null::numeric) $$,
    'of zeros alone there is no sketch'
);
select is(perf_internal.summarize_values('{}'), null, 'of no values there is nothing');
select is(perf_internal.summarize_values(null), null, 'nor of null');
select is(
    perf_internal.summarize_values(array[null, null]::float8[]), null, 'nor of null elements'
);
select results_eq(
    $$ select s.value_count, s.value_sum, s.minimum, s.maximum
       from perf_internal.summarize_values('{{1,2},{3,4}}') as s $$,
    'values (4::bigint, 10::float8, 1::float8, 4::float8)',
    'the dimensions of the array are of no matter'
);

-- The bounds themselves.
select results_eq(
    $$ select s.value_count, s.value_sum, s.minimum, s.maximum, s.sketch
       from perf_internal.summarize_values('{1e15,-1e15}') as s $$,
    $$ values (
        2::bigint, 0::float8, -1e15::float8, 1e15::float8,
        perf_internal.make_sketch('{2399,-202399}')
    ) $$,
    'takes 1e15 of both signs, which count in the last bins'
);
-- A sum up to 1e-100 from 0 is 0, because its square would be too small.
select results_eq(
    $$ select s.value_count, s.value_sum, s.m2, s.minimum, s.maximum, s.sketch
       from perf_internal.summarize_values('{1e-100,-1e-100}') as s $$,
    $$ values (
        2::bigint, 0::float8, 2e-200::float8, -1e-100::float8, 1e-100::float8,
        perf_internal.make_sketch('{-1389,-198611}')
    ) $$,
    'takes 1e-100 of both signs, which count in the bins nearest to 0'
);
select is(
    (perf_internal.summarize_values('{1e-100}')).value_sum, 0::float8, 'and have a sum of 0'
);
select is(
    (
        select sum(mod(s.sketch, 9999999999999999))
        from perf_internal.summarize_values(
            array(select (i % 100 - 50)::float8 from generate_series(1, 10000) as i)
        ) as s
    ),
    9900::numeric,
    'counts ten thousand values in its bins'
);

select throws_ok(
    format('select perf_internal.summarize_values(%L)', v.given),
    '22023',
    format(
        'values[%s] must be 0 or of a size from 1e-100 to 1e15, got %s', v.position, v.shown
    ),
    'refuses ' || v.shown
)
from (
    values
        ('{1,NaN}', 2, 'NaN'),
        ('{Infinity}', 1, 'Infinity'),
        ('{1,2,-Infinity,NaN}', 3, '-Infinity'),
        ('{1e300,1e300}', 1, '1e+300'),
        ('{0,1.0000000000000002e15}', 2, '1.0000000000000002e+15'),
        ('{-2e15}', 1, '-2e+15'),
        ('{9e-101}', 1, '9e-101')
) as v (given, position, shown);

set local role perf_analyst;
select lives_ok($$ select perf_internal.summarize_values('{1}') $$, 'perf_analyst may ask');
set local role anon;
select throws_ok(
    $$ select perf_internal.summarize_values('{1}') $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
