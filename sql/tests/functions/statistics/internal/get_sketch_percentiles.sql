begin;
select plan(52);

-- Bin i stands for 1.01^i * 2 / 2.01, so bin 0 for 2/2.01 and bin 1 for 2.02/2.01.
create function pg_temp.bin_value(bin integer)
returns float8
language sql
as 'select 1.01::float8 ^ bin * 2 / 2.01';

create function pg_temp.percentiles(bins integer[], percentiles float8[])
returns float8[]
language sql
as 'select perf_internal.get_sketch_percentiles(perf_internal.make_sketch(bins), cardinality(bins), percentiles)';

select is(
    perf_internal.get_sketch_percentiles(perf_internal.make_sketch('{0,1}'), 2),
    perf_internal.get_sketch_percentiles(perf_internal.make_sketch('{0,1}'), 2, '{0.5,0.95,0.99}'),
    'by default the percentiles are 0.5, 0.95 and 0.99'
);

select is(
    (
        select array_agg(round(v::numeric, 10))
        from unnest(pg_temp.percentiles('{0,1}', '{0,0.5,1}')) as v
    ),
    array[round(2 / 2.01, 10), round(2.01 / 2.01, 10), round(2.02 / 2.01, 10)],
    'between two ranks the value is interpolated'
);

select is(
    (
        select array_agg(round(v::numeric, 10))
        from unnest(pg_temp.percentiles('{0,0,0,1,1}', '{0.5,0.625,0.75}')) as v
    ),
    array[round(2 / 2.01, 10), round(2.01 / 2.01, 10), round(2.02 / 2.01, 10)],
    'of five values in bins 0 0 0 1 1 rank 2 is in bin 0, rank 3 in bin 1'
);

select is(
    pg_temp.percentiles('{7}', '{0,0.3,1}'),
    array_fill(pg_temp.bin_value(7), '{3}'),
    'every percentile of one value is that of its bin'
);

select is(
    pg_temp.percentiles('{-3,900}', '{0,1}'),
    array[pg_temp.bin_value(-3), pg_temp.bin_value(900)],
    'bins in between that count nothing hold nothing'
);

select is(
    perf_internal.get_sketch_percentiles(
        perf_internal.make_sketch('{0,700}'), 2, '{0,0.5,1}', minimum => 1, maximum => 2
    ),
    '{1,2,2}'::float8[],
    'no percentile is below the minimum or above the maximum'
);
select is(
    perf_internal.get_sketch_percentiles(
        perf_internal.make_sketch('{0,700}'), 2, '{0,1}', minimum => 1
    ),
    array[1, pg_temp.bin_value(700)],
    'either may be missing'
);

-- Zeros have no bin.
select is(
    perf_internal.get_sketch_percentiles(null, 3, '{0,0.5,1}'),
    '{0,0,0}'::float8[],
    'where all values are 0 there is no sketch, and all percentiles are 0'
);

select is(
    (
        select array_agg(round(v::numeric, 10))
        from unnest(
            perf_internal.get_sketch_percentiles(perf_internal.make_sketch('{0}'), 3, '{0,0.5,0.75,1}')
        ) as v
    ),
    array[0, 0, round(1 / 2.01, 10), round(2 / 2.01, 10)],
    'values that the sketch does not hold are zeros, below all others'
);

select is(
    perf_internal.get_sketch_percentiles(perf_internal.make_sketch('{4,4,9}'), 5, '{0.25,0.5,0.75,1}'),
    array[0, pg_temp.bin_value(4), pg_temp.bin_value(4), pg_temp.bin_value(9)],
    'ranks go on from the zeros to the bins'
);

-- The ends of what bins reach.
select is(
    round((pg_temp.percentiles('{-1389}', '{0.5}'))[1]::numeric * 1000000, 1),
    1.0,
    'the lowest bin stands for a millionth'
);

select is(
    round((pg_temp.percentiles('{2399}', '{0.5}'))[1]::numeric / 10000000000, 1),
    2.3,
    'the highest for 23 thousand million'
);

select is(
    pg_temp.percentiles('{2399,-1389}', '{0,1}'),
    array[pg_temp.bin_value(-1389), pg_temp.bin_value(2399)],
    'one sketch reaches from the lowest to the highest'
);

select is(
    round((pg_temp.percentiles('{2399,-1389}', '{0.5}'))[1]::numeric, 3),
    round((pg_temp.bin_value(2399) / 2)::numeric, 3),
    'between the two the value is interpolated'
);

-- PostgreSQL stores a numeric without the zeros at its end, so the counts that end in zeros are the
-- ones to look at.
select is(
    perf_internal.get_sketch_percentiles(1e4 * perf_internal.make_sketch('{5}'), 10000, '{0,0.5,1}'),
    array_fill(pg_temp.bin_value(5), '{3}'),
    'finds the bin of 10000 values'
);

select is(
    perf_internal.get_sketch_percentiles(1e8 * perf_internal.make_sketch('{5}'), 100000000, '{0,0.5,1}'),
    array_fill(pg_temp.bin_value(5), '{3}'),
    'finds the bin of 100000000 values'
);

select is(
    perf_internal.get_sketch_percentiles(1e12 * perf_internal.make_sketch('{5}'), 1000000000000, '{0,0.5,1}'),
    array_fill(pg_temp.bin_value(5), '{3}'),
    'finds the bin of 10^12 values'
);

select is(
    perf_internal.get_sketch_percentiles(1e4 * perf_internal.make_sketch('{2399}'), 10000, '{0,0.5,1}'),
    array_fill(pg_temp.bin_value(2399), '{3}'),
    'also in the highest bin'
);

select is(
    perf_internal.get_sketch_percentiles(1e8 * perf_internal.make_sketch('{-1389}'), 100000000, '{0,0.5,1}'),
    array_fill(pg_temp.bin_value(-1389), '{3}'),
    'and in the lowest'
);

-- Ranks 0 to 99999999 are in bin 5. Of 0.9999 the rank is 99999998.0001, of 0.99995 it is
-- 100004998.5.
select is(
    perf_internal.get_sketch_percentiles(
        1e8 * perf_internal.make_sketch('{5}') + 1e4 * perf_internal.make_sketch('{7}'),
        100010000,
        '{0,0.9999,0.99995,1}'
    ),
    array[
        pg_temp.bin_value(5),
        pg_temp.bin_value(5),
        pg_temp.bin_value(7),
        pg_temp.bin_value(7)
    ],
    'large counts of two bins are told apart'
);

-- Subtracting.
select is(
    perf_internal.get_sketch_percentiles(
        perf_internal.make_sketch('{1,2,3,3}') - perf_internal.make_sketch('{2,3}'), 2, '{0,1}'
    ),
    pg_temp.percentiles('{1,3}', '{0,1}'),
    'the difference of two sketches counts what is left'
);

select is(
    perf_internal.get_sketch_percentiles(perf_internal.make_sketch('{1,5}') - perf_internal.make_sketch('{5}'), 1, '{0,1}'),
    pg_temp.percentiles('{1}', '{0,1}'),
    'also where the highest bin went'
);

select is(
    perf_internal.get_sketch_percentiles(perf_internal.make_sketch('{1,5}') - perf_internal.make_sketch('{1}'), 1, '{0,1}'),
    pg_temp.percentiles('{5}', '{0,1}'),
    'or the lowest'
);

select is(
    perf_internal.get_sketch_percentiles(perf_internal.make_sketch('{1,5}') - perf_internal.make_sketch('{5,1}'), 2, '{0,1}'),
    '{0,0}'::float8[],
    'where no bin is left all values are zeros'
);

-- Any sign. Value -v stands in bin -200000 - bin of v.
select is(
    pg_temp.percentiles('{-200009,-200005}', '{0,1}'),
    array[-pg_temp.bin_value(9), -pg_temp.bin_value(5)],
    'negative values come before each other as numbers do'
);
select is(
    perf_internal.get_sketch_percentiles(
        perf_internal.make_sketch('{-200009,-200005,3}'), 5, '{0,0.25,0.5,0.75,1}'
    ),
    array[-pg_temp.bin_value(9), -pg_temp.bin_value(5), 0, 0, pg_temp.bin_value(3)],
    'zeros lie between negative and positive values'
);
select is(
    perf_internal.get_sketch_percentiles(
        perf_internal.make_sketch('{-200009,-200005}'), 4, '{1,0.5,0,0.5,1}'
    ),
    array[0, -pg_temp.bin_value(5) / 2, -pg_temp.bin_value(9), -pg_temp.bin_value(5) / 2, 0],
    'or after negative ones alone, in any order'
);
select is(
    perf_internal.get_sketch_percentiles(
        perf_internal.make_sketch('{-200005,5}'), 2, '{0.5}'
    ),
    '{0}'::float8[],
    'the middle between a value and its opposite is 0'
);
select is(
    perf_internal.get_sketch_percentiles(
        perf_internal.make_sketch('{-202399,-198611,-1389,2399}'), 4, '{0,0.3333333333333333,1}'
    ),
    array[-pg_temp.bin_value(2399), -pg_temp.bin_value(-1389), pg_temp.bin_value(2399)],
    'from the lowest bin to the highest'
);
select is(
    perf_internal.get_sketch_percentiles(
        perf_internal.make_sketch('{-200009,-200005,3}') - perf_internal.make_sketch('{-200009,3}'),
        1,
        '{0,1}'
    ),
    array[-pg_temp.bin_value(5), -pg_temp.bin_value(5)],
    'the difference of two sketches of any sign counts what is left'
);
select is_empty(
    $$ with percentiles as (
           select array_agg(g / 20.0::float8 order by g) as p from generate_series(0, 20) as g
       ),
       given as (
           select n, (g * 7 % n - n / 3)::float8 as value
           from unnest('{1,2,3,4,5,11,20}'::integer[]) as n
           cross join lateral generate_series(1, n) as g
       )
       select *
       from (
           select
               percentile_cont(p.p) within group (order by g.value) as exact,
               perf_internal.get_sketch_percentiles(
                   perf_internal.make_sketch(
                       array_agg(
                           case
                               when g.value > 0 then ceil(ln(g.value) / ln(1.01::float8))
                               else -200000 - ceil(ln(-g.value) / ln(1.01::float8))
                           end::integer
                       ) filter (where g.value <> 0)
                   ),
                   count(*),
                   p.p
               ) as sketched
           from given as g
           cross join percentiles as p
           group by g.n, p.p
       ) as x
       cross join unnest(x.exact, x.sketched) as v (exact, sketched)
       -- Between -1 and 1 the values that it lies between are farther from 0.
       where v.sketched is null
           or abs(v.sketched - v.exact) > 0.005 * greatest(abs(v.exact), 1) $$,
    'percentiles of sets of any sign are within 0.5 % of percentile_cont'
);

-- Seven sizes of sets, each with values from 0.01 to 1e6 in an order of its own.
select is_empty(
    $$ with percentiles as (
           select array_agg(g / 20.0::float8 order by g) as p from generate_series(0, 20) as g
       ),
       given as (
           select n, 0.01 * 1e8 ^ ((g * 7 % n) / n::float8) as value
           from unnest('{1,2,3,4,5,11,20}'::integer[]) as n
           cross join lateral generate_series(1, n) as g
       )
       select *
       from (
           select
               percentile_cont(p.p) within group (order by g.value) as exact,
               perf_internal.get_sketch_percentiles(
                   perf_internal.make_sketch(array_agg(ceil(ln(g.value) / ln(1.01::float8))::integer)),
                   count(*),
                   p.p
               ) as sketched
           from given as g
           cross join percentiles as p
           group by g.n, p.p
       ) as x
       cross join unnest(x.exact, x.sketched) as v (exact, sketched)
       where v.sketched is null
           or abs(v.sketched - v.exact) > 0.005 * v.exact $$,
    'percentiles of small sets are within 0.5 % of percentile_cont'
);

select is_empty(
    $$ with percentiles as (
           select array_agg(g / 20.0::float8 order by g) as p from generate_series(0, 20) as g
       ),
       given as (
           select n, greatest(0, g * 7 % n - n / 3) as value
           from unnest('{1,2,3,4,5,11,20}'::integer[]) as n
           cross join lateral generate_series(1, n) as g
       )
       select *
       from (
           select
               percentile_cont(p.p) within group (order by g.value) as exact,
               perf_internal.get_sketch_percentiles(
                   perf_internal.make_sketch(
                       array_agg(ceil(ln(nullif(g.value, 0)) / ln(1.01::float8))::integer)
                           filter (where g.value > 0)
                   ),
                   count(*),
                   p.p
               ) as sketched
           from given as g
           cross join percentiles as p
           group by g.n, p.p
       ) as x
       cross join unnest(x.exact, x.sketched) as v (exact, sketched)
       where v.sketched is null
           or abs(v.sketched - v.exact) > 0.005 * v.exact $$,
    'so are those of sets with zeros'
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
           select array_agg(g / 100.0::float8 order by g) as p from generate_series(0, 100) as g
       )
       select *
       from (
           select
               percentile_cont(p.p) within group (order by c.value_ms) as exact,
               perf_internal.get_sketch_percentiles(
                   perf_internal.make_sketch(array_agg(c.bin)), count(*), p.p
               ) as sketched
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
        select perf_internal.get_sketch_percentiles(
            perf_internal.make_sketch(array_agg(c.bin) filter (where c.success))
                + perf_internal.make_sketch(array_agg(c.bin) filter (where not c.success)),
            count(*),
            '{0,0.01,0.25,0.5,0.95,0.999,1}'
        )
        from calls as c
    ),
    (
        select perf_internal.get_sketch_percentiles(
            perf_internal.make_sketch(array_agg(c.bin)), count(*), '{0,0.01,0.25,0.5,0.95,0.999,1}'
        )
        from calls as c
    ),
    'the sum of two sketches has the percentiles of all values'
);

select is(
    pg_temp.percentiles('{3,4}', '{1,0.5,1}'),
    array[
        (pg_temp.percentiles('{3,4}', '{1}'))[1],
        (pg_temp.percentiles('{3,4}', '{0.5}'))[1],
        (pg_temp.percentiles('{3,4}', '{1}'))[1]
    ],
    'the percentiles come in the order asked for, repeated ones too'
);

select is(perf_internal.get_sketch_percentiles(null, 0), null, 'no values have no percentiles');
select is(perf_internal.get_sketch_percentiles(null, null), null, 'null values have none');

select throws_ok(
    $$ select pg_temp.percentiles('{0}', '{}') $$,
    '22023',
    'percentiles must not be empty',
    'percentiles must be some'
);

select throws_ok(
    $$ select pg_temp.percentiles('{0}', '{0.5,1.5}') $$,
    '22023',
    'percentiles must be between 0 and 1, got 1.5',
    'refuses a percentile above 1'
);

select throws_ok(
    $$ select pg_temp.percentiles('{0}', '{-0.1}') $$,
    '22023',
    'percentiles must be between 0 and 1, got -0.1',
    'refuses a percentile below 0'
);

select throws_ok(
    $$ select pg_temp.percentiles('{0}', '{NaN}') $$,
    '22023',
    'percentiles must be between 0 and 1, got NaN',
    'refuses NaN'
);

select throws_ok(
    $$ select pg_temp.percentiles('{0}', '{null}') $$,
    '22023',
    'percentiles must be between 0 and 1, got null',
    'refuses a null percentile'
);

select throws_ok(
    $$ select pg_temp.percentiles('{0}', null) $$,
    '22023',
    'percentiles must not be empty',
    'percentiles must be given'
);

select throws_ok(
    $$ select perf_internal.get_sketch_percentiles(null, 0, '{1.5}') $$,
    '22023',
    'percentiles must be between 0 and 1, got 1.5',
    'also where there are no values'
);

select throws_ok(
    format('select perf_internal.get_sketch_percentiles(%L, 3)', k.sketch),
    '22023',
    format('sketch must be what perf_internal.make_sketch returns, got "%s"', k.sketch),
    'refuses a sketch of ' || k.sketch
)
from (values ('NaN'), ('-1'), ('Infinity')) as k (sketch);

select throws_ok(
    'select perf_internal.get_sketch_percentiles(''1e121296'', 3)',
    '22023',
    null,
    'refuses a sketch that reaches beyond the lowest bin'
);

select is(
    (perf_internal.get_sketch_percentiles('9007199254740992e60624', 9007199254740992, '{1}'))[1],
    pg_temp.bin_value(-1389),
    'counts 2^53 values in the lowest bin'
);

select throws_ok(
    format('select perf_internal.get_sketch_percentiles(null, %s)', c.value_count),
    '22023',
    format('value_count must be between 0 and 2^53, got %s', c.value_count),
    'refuses a count of ' || c.value_count
)
from (values (-1), (9007199254740993)) as c (value_count);

select * from finish();
rollback;
