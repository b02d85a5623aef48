begin;
select plan(7);

select is(perf_internal.get_known_values(1, 5, 5, 5), '{5}'::float8[], 'one value is the sum');
select is(
    perf_internal.get_known_values(1, 5, null, null), '{5}'::float8[], 'also without extremes'
);
select is(perf_internal.get_known_values(2, 7, 3, 4), '{3,4}'::float8[], 'two are the extremes');
select is(
    perf_internal.get_known_values(3, 12, 2, 6), '{2,6,4}'::float8[], 'the third is what is left'
);
select is(
    perf_internal.get_known_values(3, 12, null, 6), '{6}'::float8[], 'not without both extremes'
);
select is(
    perf_internal.get_known_values(4, 20, 1, 9), '{1,9}'::float8[], 'of four only the extremes'
);
select is(perf_internal.get_known_values(0, 0, null, null), '{}'::float8[], 'none of none');

select * from finish();
rollback;
