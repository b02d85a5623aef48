begin;
select plan(10);

-- Slopes of pairs: 1, 1, 1 (of 0, 1, 2), 4, 5.5, 10 (to 13). The medians of times and values are
-- 1.5 and 2.5.
select results_eq(
    $$ select t.slope, t.intercept
       from perf.get_theil_sen_slope('{0,1,2,3}', '{1,2,3,13}') as t $$,
    $$ values (2.5::float8, -1.25::float8) $$,
    'is the median of the slopes, through the medians'
);

-- The variance is 5 * 4 * 15 / 18, so the limits are 0.98 * 4.082 = 4.0 ranks from 5: the 1st and
-- the 10th of ten slopes, 0.1 and 0.9 to 2.
select results_eq(
    $$ select t.slope, t.low, t.high
       from perf.get_theil_sen_slope('{1,2,3,4,5}', '{1,2,4,7,11}') as t $$,
    $$ values (2.5::float8, 1::float8, 4::float8) $$,
    'its limits are slopes'
);
select results_eq(
    $$ select t.slope, t.low, t.high
       from perf.get_theil_sen_slope('{1,2,3,4}', '{1,2,4,7}') as t $$,
    $$ values (2::float8, null::float8, null::float8) $$,
    'four values are too few for limits'
);
select results_eq(
    $$ select t.slope, t.low, t.high, t.intercept
       from perf.get_theil_sen_slope('{1,2,3,4,5,6}', '{3,3,3,3,3,3}') as t $$,
    $$ values (0::float8, 0::float8, 0::float8, 3::float8) $$,
    'equal values do not rise'
);
select results_eq(
    $$ select t.slope from perf.get_theil_sen_slope('{1,1,2,null,3}', array[0, 4, 5, 6, null]) as t $$,
    $$ values (3::float8) $$,
    'leaves out pairs at the same time, and those with a null'
);
select is_empty(
    $$ select t.*
       from (
           values ('{}'::float8[], '{}'::float8[]), ('{1}', '{1}'), ('{1,1}', '{1,2}'),
               (null, '{1}'), (null, null)
       ) as a (times, measured)
       cross join lateral perf.get_theil_sen_slope(a.times, a.measured) as t
       where num_nonnulls(t.slope, t.low, t.high, t.intercept) > 0 $$,
    'without two different times all is null'
);

select throws_ok(
    format('select perf.get_theil_sen_slope(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        (
            '''{1,2}'', ''{1}''',
            'times and values must have the same number of elements, got 2 and 1'
        ),
        (
            '''{1,2}'', ''{1,Infinity}''',
            'values must be numbers from -1e90 to 1e90 or null, got Infinity'
        ),
        (
            '''{1,2}'', ''{1,2}'', 1',
            'confidence must be between 0 and 1, both excluded, got 1'
        ),
        (
            'array_fill(1::float8, ''{5001}''), ''{1}''',
            'times must have at most 5000 elements, got 5001'
        )
) as v (arguments, message);

select * from finish();
rollback;
