begin;
select plan(19);

-- Bin 70 has the values up to 2.0068, bin 231 up to 9.9587, bin 232 up to 10.0583, bin 299 up to
-- 19.593; their values are 1.9968, 9.9092, 10.0082 and 19.4951.
create function pg_temp.histogram(
    bins integer[],
    value_count bigint,
    minimum float8,
    maximum float8,
    bucket_count integer
)
returns table (bucket_from float8, bucket_until float8, value_count bigint)
language sql
as $$
    select h.*
    from perf_internal.get_sketch_histogram(
        perf_internal.make_sketch(histogram.bins),
        histogram.value_count,
        histogram.minimum,
        histogram.maximum,
        histogram.bucket_count
    ) as h
$$;

select results_eq(
    $$ select * from pg_temp.histogram('{70,231,232,299,299}', 6, 0, 20, 4) $$,
    $$ values (0::float8, 5::float8, 2::bigint), (5, 10, 1), (10, 15, 1), (15, 20, 2) $$,
    'counts values in buckets of equal width, zeros too'
);
select results_eq(
    $$ select * from pg_temp.histogram('{70,299}', 2, 0, 20, 4) $$,
    $$ values (0::float8, 5::float8, 1::bigint), (5, 10, 0), (10, 15, 0), (15, 20, 1) $$,
    'empty buckets are there'
);
select results_eq(
    $$ select * from pg_temp.histogram('{70,-200070,-200299}', 4, -20, 20, 4) $$,
    $$ values (-20::float8, -10::float8, 1::bigint), (-10, 0, 1), (0, 10, 2), (10, 20, 0) $$,
    'values may be negative'
);
-- The values are 2 and 19.6, a little more than those that stand for them.
select results_eq(
    $$ select * from pg_temp.histogram('{70,299}', 2, 2, 19.4, 2) $$,
    $$ values (2::float8, 10.7::float8, 1::bigint), (10.7, 19.4, 1) $$,
    'a value outside the extremes counts in the first or the last bucket'
);
select results_eq(
    $$ select * from pg_temp.histogram('{70,70}', 2, 2, 2, 4) $$,
    $$ values (2::float8, 2::float8, 2::bigint) $$,
    'equal values are in one bucket'
);
select results_eq(
    $$ select * from pg_temp.histogram(null, 3, 0, 0, 4) $$,
    $$ values (0::float8, 0::float8, 3::bigint) $$,
    'so are zeros'
);
select results_eq(
    $$ select round(h.bucket_from::numeric, 4), round(h.bucket_until::numeric, 4), h.value_count
       from pg_temp.histogram('{70,231,299}', 3, null, null, 1) as h $$,
    $$ values (1.9968, 19.4951, 3::bigint) $$,
    'without extremes those of the bins count'
);
select is_empty(
    $$ select * from pg_temp.histogram(null, 0, null, null, 4) $$, 'no values have no buckets'
);
select is(
    (select count(*) from perf_internal.get_sketch_histogram(1e16, 5, 0, 1)),
    20::bigint,
    'there are 20 buckets by default'
);
select is(
    (
        select sum(h.value_count)
        from pg_temp.histogram(array(select generate_series(-400, 400)), 900, 0, 54, 1000) as h
    ),
    900::numeric,
    'counts add up to all values'
);
-- Bins 464 to 466 have the values from 100.16 to 103.19. Five buckets of them would be 0.6 wide.
select results_eq(
    $$ select round(h.bucket_from::numeric, 3), round(h.bucket_until::numeric, 3), h.value_count
       from pg_temp.histogram('{464,465,465,466}', 4, 100.2, 103.1, 5) as h $$,
    $$ values (100.200, 101.650, 1::bigint), (101.650, 103.100, 3) $$,
    'no bucket is narrower than a bin'
);
select results_eq(
    $$ select h.bucket_from, h.bucket_until, h.value_count
       from pg_temp.histogram('{464,465}', 2, 101, 101.5, 20) as h $$,
    $$ values (101::float8, 101.5::float8, 2::bigint) $$,
    'less than a bin is one bucket'
);
select results_eq(
    $$ select count(*), min(h.value_count), max(h.value_count)
       from perf_internal.get_sketch_histogram(
           perf_internal.make_sketch(array(select generate_series(465, 484))), 20, 101.3, 123.3
       ) as h $$,
    $$ values (17::bigint, 1::bigint, 2::bigint) $$,
    'so bins that follow each other leave no bucket empty'
);
select results_eq(
    $$ select count(*) from pg_temp.histogram('{-200466,-200464}', 2, -103.1, -100.2, 5) $$,
    'values (2::bigint)',
    'nor of negative values'
);
select throws_ok(
    $$ select * from pg_temp.histogram('{70}', 1, 2, 2, 0) $$,
    '22023',
    'bucket_count must be between 1 and 1000, got 0',
    'refuses no buckets'
);
select throws_ok(
    $$ select * from pg_temp.histogram('{70}', 1, 2, 2, 1001) $$,
    '22023',
    'bucket_count must be between 1 and 1000, got 1001',
    'and more than 1000'
);
select throws_ok(
    $$ select * from pg_temp.histogram('{70}', 1, 2, 2, null) $$,
    '22023',
    'bucket_count must be between 1 and 1000, got null',
    'and null'
);
select throws_ok(
    $$ select * from pg_temp.histogram('{70}', 1, 3, 2, 4) $$,
    '22023',
    'minimum must not be above maximum, got 3 and 2',
    'refuses extremes in the wrong order'
);

set local role anon;
select throws_ok(
    'select * from perf_internal.get_sketch_histogram(null, 1, 0, 1)',
    '42501',
    null,
    'anon may not call it'
);

select * from finish();
rollback;
