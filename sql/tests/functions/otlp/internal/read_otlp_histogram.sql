begin;
select plan(16);

create function pg_temp.read(point text, kind text default 'histogram')
returns jsonb
language sql
as $$
    select coalesce(jsonb_strip_nulls(to_jsonb(h.histogram)), '{}') || jsonb_strip_nulls(
        jsonb_build_object('problem', h.problem, 'is_malformed', h.is_malformed)
    )
    from perf_internal.read_otlp_histogram(read.point::jsonb, read.kind) as h
$$;

select is(
    pg_temp.read('{"count": "5", "sum": 9.5, "min": 0.5, "max": 6,
        "explicitBounds": [1, 5], "bucketCounts": ["2", 0, 3]}'),
    '{"count": 5, "sum": 9.5, "minimum": 0.5, "maximum": 6, "low_limit": 0.5, "high_limit": 6,
      "bounds": [1, 5], "sides": [1, 1], "indexes": [0, 2], "counts": [2, 3]}'::jsonb,
    'explicit buckets that are not empty, by the number of bounds below'
);
select is(
    pg_temp.read('{"count": 2, "sum": 3}'),
    '{"count": 2, "sum": 3, "bounds": [], "sides": [1], "indexes": [0], "counts": [2]}'::jsonb,
    'without buckets there is one'
);
select is(
    pg_temp.read(
        '{"count": 7, "sum": 3, "scale": 2, "zeroCount": "1", "zeroThreshold": 0.001,
          "positive": {"offset": -3, "bucketCounts": ["1", "0", "2"]},
          "negative": {"bucketCounts": [3]}}',
        'exponentialHistogram'
    ),
    '{"count": 7, "sum": 3, "scale": 2, "zero_threshold": 0.001, "sides": [-1, 0, 1, 1],
      "indexes": [0, 0, -3, -1], "counts": [3, 1, 1, 2]}'::jsonb,
    'exponential buckets by side and index'
);
select is(
    pg_temp.read('{"asInt": "12"}', 'sum'), '{"sum": 12}'::jsonb, 'a sum is a value'
);
select is(
    pg_temp.read('{"asDouble": 1.5}', 'gauge'), '{"sum": 1.5}'::jsonb, 'and so is a gauge'
);
select is(pg_temp.read('{"asDouble": "x"}', 'none'), '{}'::jsonb, 'what is not counted is not read');

select is(
    pg_temp.read(w.point, w.kind) ->> 'problem', w.problem, 'finds that ' || w.problem
)
from (
    values
        (
            '{"count": 1, "bucketCounts": [1], "explicitBounds": [1]}', 'histogram',
            'bucketCounts must have one more element than explicitBounds, got 1 and 1'
        ),
        (
            '{"count": 3, "bucketCounts": [1, 1, 1], "explicitBounds": [2, 1]}', 'histogram',
            'explicitBounds must be ascending numbers of a size up to 1e15'
        ),
        (
            '{"count": 3, "sum": 1, "bucketCounts": [1, 1], "explicitBounds": [2]}', 'histogram',
            'count must be the sum of all buckets, got 3 and 2'
        ),
        (
            '{"count": 3}', 'histogram', 'sum, min, max or buckets must be given'
        ),
        (
            '{"count": 1, "sum": "Infinity"}', 'histogram',
            'sum must be of a size up to 1e27, got Infinity'
        ),
        (
            '{"count": 1, "sum": 1, "min": 2, "max": 1}', 'histogram',
            'min must not be above max, got 2 and 1'
        ),
        (
            '{"count": 0, "scale": 21}', 'exponentialHistogram',
            'scale must be between -10 and 20, got 21'
        ),
        (
            '{}', 'sum', 'asDouble or asInt must be given'
        ),
        (
            '{"asDouble": "NaN"}', 'sum',
            'its value must be 0 or of a size from 1e-90 to 1e12, got NaN'
        )
) as w (point, kind, problem);
select is(
    pg_temp.read('{"count": 1, "bucketCounts": {"a": 1}}') ->> 'is_malformed',
    'true',
    'what has other types is malformed'
);

select * from finish();
rollback;
