begin;
select plan(3);

select is(perf_internal.is_distributed(), false, 'on a single server rollups are not spread');
select is(perf_internal.is_distributed('perf.models'), false, 'nor is any other table');

set local role perf_recorder;
select is(perf_internal.is_distributed(), false, 'recording functions may ask');

select * from finish();
rollback;
