begin;
select plan(6);

-- Median 3, distances 2 1 0 1 7, MAD 1.
select is(
    perf_internal.get_modified_z_score(7, '{1,2,3,4,10}', 0), 4 / (1 / 0.6745::float8),
    'distance from the median in units of MAD / 0.6745'
);
select is(
    perf_internal.get_modified_z_score(-1, '{1,2,3,4,10}', 0), -4 / (1 / 0.6745::float8),
    'negative below the median'
);
select is(
    perf_internal.get_modified_z_score(7, '{3,3,3,3,8}', 0), 4 / (1 * 1.253314::float8),
    'where MAD is 0 by the mean distance'
);
select is(
    perf_internal.get_modified_z_score(3.5, '{3,3,3}', 0.25), 2::float8,
    'the deviation is never below the smallest one'
);
select is(perf_internal.get_modified_z_score(4, '{3,3,3}', 0), null, 'no deviation, no score');
select is(perf_internal.get_modified_z_score(4, '{}', 1), null, 'no past, no score');

select * from finish();
rollback;
