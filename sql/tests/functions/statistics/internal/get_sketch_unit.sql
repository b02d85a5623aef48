begin;
select plan(6);

select is(
    perf_internal.get_sketch_unit(2399), 1e16, 'of the highest bin it is a one and 16 zeros'
);
select is(perf_internal.get_sketch_unit(2398), 1e32, 'of each bin before it has 16 zeros more');
select is(perf_internal.get_sketch_unit(-1389), ('1e' || 16 * 3789)::numeric, 'to the lowest bin');
select is(
    perf_internal.get_sketch_unit(2400), 1::numeric, 'of bin 2400, which holds nothing, it is 1'
);

select is(perf_internal.get_sketch_unit(null), null, 'null has none');

set local role perf_recorder;
select throws_ok(
    'select perf_internal.get_sketch_unit(1)', '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
