begin;
select plan(11);

-- -9.9092 stands for bin 231 of negative values, 1.9968 for bin 70, 19.4951 for bin 299.
create function pg_temp.count_values(low float8, high float8)
returns bigint
language sql
as $$
    select perf_internal.count_sketch_values(
        perf_internal.make_sketch('{-200231,70,70,299}'), 6, count_values.low, count_values.high
    )
$$;

select is(pg_temp.count_values(1, 20), 3::bigint, 'counts values in a range');
select is(pg_temp.count_values(-10, 2), 5::bigint, 'zeros and negative ones too');
select is(pg_temp.count_values(0, 0), 2::bigint, 'both ends belong to it');
select is(pg_temp.count_values(null, 0), 3::bigint, 'it may have no start');
select is(pg_temp.count_values(2.1, null), 1::bigint, 'or no end');
select is(pg_temp.count_values(null, null), 6::bigint, 'or neither');
select is(pg_temp.count_values(1.9968, 1.9967), 0::bigint, 'a range may be empty');
select is(pg_temp.count_values(1.9967, 1.9969), 2::bigint, 'a value counts as that of its bin');
select is(
    perf_internal.count_sketch_values(null, 0, null, null), 0::bigint, 'of no values there are none'
);
select throws_ok(
    'select perf_internal.count_sketch_values(-1, 1, 0, 1)',
    '22023',
    'sketch must be what perf_internal.make_sketch returns, got "-1"',
    'refuses what is no sketch'
);

set local role anon;
select throws_ok(
    'select perf_internal.count_sketch_values(null, 1, 0, 1)', '42501', null, 'anon may not call it'
);

select * from finish();
rollback;
