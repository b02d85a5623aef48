begin;
select plan(21);

-- Bin i stands for 1.01^i * 2 / 2.01, so bin 0 for 2/2.01 and bin 1 for 2.02/2.01.
select is(
    perf.get_sketch_percentiles('[0:1]={1,2}'),
    perf.get_sketch_percentiles('[0:1]={1,2}', '{0.5,0.95,0.99}'),
    'by default the percentiles are 0.5, 0.95 and 0.99'
);

select is(
    (
        select array_agg(round(v::numeric, 10))
        from unnest(perf.get_sketch_percentiles('[0:1]={1,2}', '{0,0.5,1}')) as v
    ),
    array[round(2 / 2.01, 10), round(2.01 / 2.01, 10), round(2.02 / 2.01, 10)],
    'between two ranks the value is interpolated'
);

select is(
    (
        select array_agg(round(v::numeric, 10))
        from unnest(perf.get_sketch_percentiles('[0:1]={3,5}', '{0.5,0.625,0.75}')) as v
    ),
    array[round(2 / 2.01, 10), round(2.01 / 2.01, 10), round(2.02 / 2.01, 10)],
    'of five values in bins 0 0 0 1 1 rank 2 is in bin 0, rank 3 in bin 1'
);

select is(
    perf.get_sketch_percentiles('[0:5]={1,1,1,1,1,1}', '{1}'),
    array[2 / 2.01::float8],
    'bins that add nothing hold nothing'
);

select is(
    perf.get_sketch_percentiles('[-1390:-1390]={3}', '{0,0.5,1}'),
    '{0,0,0}'::float8[],
    'the bin of zero is exactly zero'
);

select is(
    (
        select round((v * 1e6)::numeric, 1)
        from unnest(perf.get_sketch_percentiles('[-1389:-1389]={1}', '{0.5}')) as v
    ),
    1.0,
    'the smallest bin stands for a millionth'
);

-- 1000 values from 0.001 to 1e9.
create temporary table calls as
select
    v.value_ms,
    g % 3 = 0 as success,
    ceil(ln(v.value_ms) / ln(1.01::float8))::integer as bin
from generate_series(1, 1000) as g
cross join lateral (select 0.001 * 1e12 ^ ((g - 1) / 999.0::float8) as value_ms) as v;

select is_empty(
    $$ with percentiles as (
           select array_agg(g / 200.0::float8 order by g) as p from generate_series(0, 200) as g
       )
       select *
       from (
           select
               percentile_cont(p.p) within group (order by c.value_ms) as exact,
               perf.get_sketch_percentiles(perf.make_sketch(array_agg(c.bin)), p.p) as sketched
           from calls as c
           cross join percentiles as p
           group by p.p
       ) as x
       cross join unnest(x.exact, x.sketched) as v (exact, sketched)
       where v.sketched is null
           or abs(v.sketched - v.exact) > 0.005 * v.exact $$,
    'every half percentile of 1000 values is within 0.5 % of percentile_cont'
);

select is(
    (
        select perf.get_sketch_percentiles(
            perf.make_sketch(array_agg(c.bin) filter (where c.success)),
            '{0,0.01,0.25,0.5,0.95,0.999,1}',
            perf.make_sketch(array_agg(c.bin) filter (where not c.success))
        )
        from calls as c
    ),
    (
        select perf.get_sketch_percentiles(
            perf.make_sketch(array_agg(c.bin)), '{0,0.01,0.25,0.5,0.95,0.999,1}'
        )
        from calls as c
    ),
    'two sketches give the percentiles of their sum'
);

select is(
    perf.get_sketch_percentiles('[3:4]={1,2}', '{0,0.5,1}', '[900:901]={1,2}'),
    perf.get_sketch_percentiles(
        perf.add_sketches('[3:4]={1,2}', '[900:901]={1,2}'), '{0,0.5,1}'
    ),
    'two sketches without a common bin give the percentiles of their sum'
);

select is(
    perf.get_sketch_percentiles('[900:901]={1,2}', '{0,0.5,1}', '[3:4]={1,2}'),
    perf.get_sketch_percentiles('[3:4]={1,2}', '{0,0.5,1}', '[900:901]={1,2}'),
    'the order of the two is of no matter'
);

select is(
    perf.get_sketch_percentiles(null, '{0,1}', '[3:4]={1,2}'),
    perf.get_sketch_percentiles('[3:4]={1,2}', '{0,1}'),
    'without the first the second counts alone'
);

select is(
    perf.get_sketch_percentiles('[3:4]={1,2}', '{1,0.5,1}'),
    array[
        (perf.get_sketch_percentiles('[3:4]={1,2}', '{1}'))[1],
        (perf.get_sketch_percentiles('[3:4]={1,2}', '{0.5}'))[1],
        (perf.get_sketch_percentiles('[3:4]={1,2}', '{1}'))[1]
    ],
    'the percentiles come in the order asked for, repeated ones too'
);

select is(perf.get_sketch_percentiles(null), null, 'no sketch has no percentiles');
select is(
    perf.get_sketch_percentiles('[0:0]={1}', '{}'), '{}'::float8[], 'no percentiles give no values'
);

select throws_ok(
    $$ select perf.get_sketch_percentiles('[0:0]={1}', '{0.5,1.5}') $$,
    '22023',
    'percentiles must be between 0 and 1, got 1.5',
    'refuses a percentile above 1'
);

select throws_ok(
    $$ select perf.get_sketch_percentiles('[0:0]={1}', '{-0.1}') $$,
    '22023',
    'percentiles must be between 0 and 1, got -0.1',
    'refuses a percentile below 0'
);

select throws_ok(
    $$ select perf.get_sketch_percentiles('[0:0]={1}', '{NaN}') $$,
    '22023',
    'percentiles must be between 0 and 1, got NaN',
    'refuses NaN'
);

select throws_ok(
    $$ select perf.get_sketch_percentiles('[0:0]={1}', '{null}') $$,
    '22023',
    'percentiles must be between 0 and 1, got null',
    'refuses a null percentile'
);

select throws_ok(
    $$ select perf.get_sketch_percentiles('{3}', null) $$,
    '22023',
    'percentiles must be between 0 and 1, got null',
    'percentiles must be given'
);
select is(
    perf.get_sketch_percentiles('{}', other => '[7:7]={3}'),
    perf.get_sketch_percentiles('[7:7]={3}'),
    'an empty sketch counts as none'
);
select is(perf.get_sketch_percentiles('{}', other => '{}'), null, 'also if both are');

select * from finish();
rollback;
