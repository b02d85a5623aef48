begin;
select plan(9);

create function pg_temp.read(point text, kind text)
returns perf_internal.otlp_histogram
language sql
as $$
    select h.histogram from perf_internal.read_otlp_histogram(read.point::jsonb, read.kind) as h
$$;
create function pg_temp.subtract(newer text, older text, kind text default 'histogram')
returns jsonb
language sql
as $$
    select jsonb_strip_nulls(to_jsonb(perf_internal.subtract_otlp_histogram(
        pg_temp.read(subtract.newer, subtract.kind), pg_temp.read(subtract.older, subtract.kind)
    ))) - '{bounds,low_limit,high_limit,zero_threshold}'::text[]
$$;

select is(
    pg_temp.subtract(
        '{"count": 6, "sum": 20, "min": 1, "max": 9, "explicitBounds": [5], "bucketCounts": [4, 2]}',
        '{"count": 3, "sum": 6, "min": 1, "max": 4, "explicitBounds": [5], "bucketCounts": [3, 0]}'
    ),
    '{"count": 3, "sum": 14, "maximum": 9, "sides": [1, 1], "indexes": [0, 1],
      "counts": [1, 2]}'::jsonb,
    'counts and sums are differences, and a new extreme belongs to them'
);
select is(
    pg_temp.subtract(
        '{"count": 3, "sum": 6, "min": 1, "max": 4, "explicitBounds": [5], "bucketCounts": [3, 0]}',
        '{"count": 3, "sum": 6, "min": 1, "max": 4, "explicitBounds": [5], "bucketCounts": [3, 0]}'
    ),
    '{"count": 0, "sum": 0}'::jsonb,
    'nothing between them is nothing'
);
select is(
    pg_temp.subtract(
        '{"count": 2, "sum": 6, "explicitBounds": [5], "bucketCounts": [1, 1]}',
        '{"count": 3, "sum": 6, "explicitBounds": [5], "bucketCounts": [3, 0]}'
    ),
    '{"count": 2, "sum": 6, "sides": [1, 1], "indexes": [0, 1], "counts": [1, 1]}'::jsonb,
    'a count that fell is a new beginning'
);
select is(
    pg_temp.subtract(
        '{"count": 4, "sum": 9, "explicitBounds": [5], "bucketCounts": [2, 2]}',
        '{"count": 3, "sum": 6, "explicitBounds": [5], "bucketCounts": [3, 0]}'
    ) -> 'count',
    '4'::jsonb,
    'and so is a bucket that did'
);
select is(
    pg_temp.subtract(
        '{"count": 4, "sum": 9, "explicitBounds": [6], "bucketCounts": [4, 0]}',
        '{"count": 3, "sum": 6, "explicitBounds": [5], "bucketCounts": [3, 0]}'
    ) -> 'count',
    '4'::jsonb,
    'and other bounds'
);
select is(
    pg_temp.subtract(
        '{"count": 9, "sum": 9, "scale": 1, "positive": {"offset": -2, "bucketCounts": [1, 5, 3]}}',
        '{"count": 4, "sum": 6, "scale": 2, "positive": {"offset": -3, "bucketCounts": [1, 2, 0, 1]}}',
        'exponentialHistogram'
    ),
    '{"count": 5, "sum": 3, "scale": 1, "sides": [1, 1], "indexes": [-1, 0], "counts": [3, 2]}'::jsonb,
    'buckets of a finer scale are merged to the coarser one'
);
select is(
    pg_temp.subtract(
        '{"count": 5, "sum": -9, "zeroCount": 2, "negative": {"bucketCounts": [3]}}',
        '{"count": 2, "sum": -4, "zeroCount": 1, "negative": {"bucketCounts": [1]}}',
        'exponentialHistogram'
    ),
    '{"count": 3, "sum": -5, "scale": 0, "sides": [-1, 0], "indexes": [0, 0], "counts": [2, 1]}'::jsonb,
    'zeros and negative values have buckets too'
);
select is(
    pg_temp.subtract('{"asInt": 9}', '{"asInt": 4}', 'sum'), '{"sum": 5}'::jsonb,
    'a sum has grown by the difference'
);
select is(
    pg_temp.subtract('{"asInt": 2}', '{"asInt": 4}', 'sum'), '{"sum": 2}'::jsonb,
    'or has begun again'
);

select * from finish();
rollback;
