begin;
select plan(4);

select is(
    perf_internal.get_bounds('{7,-3,5}'), '{-3,7}', 'it finds the smallest and the largest number'
);
select is(perf_internal.get_bounds('{7}'), '{7,7}', 'a single number is both');
select is(perf_internal.get_bounds('{}'), '{null,null}', 'without numbers both are null');
select is(perf_internal.get_bounds(null), null, 'of null there is nothing to say');

select * from finish();
rollback;
