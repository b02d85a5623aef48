begin;
select plan(17);

create function pg_temp.summarize(point text, kind text default 'histogram', factor float8 default 1)
returns perf_internal.value_summary
language sql
as $$
    select perf_internal.summarize_otlp_histogram(h.histogram, summarize.factor)
    from perf_internal.read_otlp_histogram(summarize.point::jsonb, summarize.kind) as h
$$;
create function pg_temp.get_bins(point text, kind text default 'histogram')
returns text
language sql
as $$
    select string_agg(concat(round(b.bin_value::numeric, 1), ' x ', b.value_count), ', ' order by b.bin_value)
    from pg_temp.summarize(get_bins.point, get_bins.kind) as s
    cross join lateral perf_internal.get_sketch_bins(s.sketch, s.value_count) as b
$$;

select is(
    pg_temp.get_bins('{"count": 2, "sum": 30, "explicitBounds": [10, 20], "bucketCounts": [0, 2, 0]}'),
    '12.5 x 1, 17.5 x 1',
    'two values of an explicit bucket are in the middle of its halves'
);
select is(
    pg_temp.get_bins('{"count": 1, "sum": 5, "explicitBounds": [10], "bucketCounts": [1, 0]}'),
    '5.0 x 1',
    'the first bucket begins at 0'
);
select is(
    pg_temp.get_bins('{"count": 1, "sum": -11, "explicitBounds": [-10], "bucketCounts": [1, 0]}'),
    '-10.0 x 1',
    'or is at its bound where that is not positive'
);
select is(
    pg_temp.get_bins('{"count": 3, "sum": 99, "explicitBounds": [10], "bucketCounts": [0, 3]}'),
    '10.0 x 3',
    'beyond the last bound all are at that bound'
);
select is(
    pg_temp.get_bins(
        '{"count": 1, "sum": 99, "max": 30, "explicitBounds": [10], "bucketCounts": [0, 1]}'
    ),
    '20.1 x 1',
    'unless the largest value is known'
);
select is(
    pg_temp.get_bins(
        '{"count": 2, "sum": 16, "min": 8, "max": 8, "explicitBounds": [10], "bucketCounts": [2, 0]}'
    ),
    '8.0 x 2',
    'equal values are known'
);
select is(
    pg_temp.get_bins('{"count": 4, "sum": 0, "explicitBounds": [-10, 10], "bucketCounts": [0, 4, 0]}'),
    '-7.5 x 1, -2.5 x 1, 2.5 x 1, 7.5 x 1',
    'a bucket on both sides of 0 is spread over both'
);
select is(
    pg_temp.get_bins('{"count": 3, "sum": 1, "explicitBounds": [0, 10], "bucketCounts": [3, 0, 0]}'),
    '0.0 x 3',
    'what is not above 0 is 0'
);
select is(
    pg_temp.get_bins('{"count": 3, "sum": 21}'), '7.0 x 3', 'without buckets all are the average'
);
select is(
    pg_temp.get_bins(
        '{"count": 7, "sum": 1, "scale": 0, "zeroCount": 1,
          "positive": {"offset": 2, "bucketCounts": [5]}, "negative": {"bucketCounts": [1]}}',
        'exponentialHistogram'
    ),
    '-1.3 x 1, 0.0 x 1, 5.3 x 5',
    'all values of an exponential bucket are at the point that is relatively as far from both ends'
);
select results_eq(
    $$ select s.value_count, s.value_sum, s.minimum, s.maximum
       from pg_temp.summarize(
           '{"count": 3, "sum": 0.5, "min": 0.01, "max": 0.4, "explicitBounds": [0.1],
             "bucketCounts": [2, 1]}', factor => 1000
       ) as s $$,
    $$ values (3::bigint, 500::float8, 10::float8, 400::float8) $$,
    'count, sum and extremes are those of the point, times the factor'
);
select results_eq(
    $$ select s.value_count, s.value_sum, s.minimum, s.maximum, s.m2
       from pg_temp.summarize('{"asInt": 7}', 'sum', 2) as s $$,
    $$ values (1::bigint, 14::float8, 14::float8, 14::float8, 0::float8) $$,
    'a number is one value'
);
select is(pg_temp.summarize('{"count": 0}'), null, 'no values are nothing');
select results_eq(
    $$ select s.value_count, round(s.m2::numeric / s.value_count, -1)
       from pg_temp.summarize(
           '{"count": 1000000, "sum": 1.5e8, "explicitBounds": [100, 200],
             "bucketCounts": [0, 1000000, 0]}'
       ) as s $$,
    $$ values (1000000::bigint, 830::numeric) $$,
    'the variance is that of values spread evenly: the square of the width, over 12'
);
select results_eq(
    $$ select round(q.value::numeric)
       from pg_temp.summarize(
           '{"count": 1000000, "sum": 1.5e8, "explicitBounds": [100, 200],
             "bucketCounts": [0, 1000000, 0]}'
       ) as s
       cross join lateral unnest(perf_internal.get_sketch_percentiles(
           s.sketch, s.value_count, '{0,0.5,1}', s.minimum, s.maximum
       )) as q (value) $$,
    $$ values (100::numeric), (150), (200) $$,
    'and so are the percentiles'
);
select is(
    (
        select sum(b.value_count)
        from pg_temp.summarize(
            '{"count": 999999999999, "sum": 1, "min": 0, "max": 1e9, "explicitBounds": [0.001],
              "bucketCounts": [1, 999999999998]}'
        ) as s
        cross join lateral perf_internal.get_sketch_bins(s.sketch, s.value_count) as b
    ),
    999999999999::numeric,
    'no value is lost, however many there are'
);
select is(
    pg_temp.get_bins(
        '{"count": 2, "sum": 1, "scale": -10, "positive": {"offset": -1, "bucketCounts": [1, 1]}}',
        'exponentialHistogram'
    ),
    '0.0 x 1, 2.0 x 1',
    'the widest buckets that there are do not end with an error'
);

select * from finish();
rollback;
