begin;
select plan(5);

select results_eq(
    $$ select encode(perf_internal.get_sketch_bytes(numeric_send(perf_internal.make_sketch('{3,3,5}')), 3, 5), 'hex') $$,
    $$ values ('0000000000000002' || '0000000000000000' || '0000000000000001') $$,
    'eight bytes count the values of a bin'
);

select results_eq(
    $$ select encode(perf_internal.get_sketch_bytes(numeric_send(perf_internal.make_sketch('{3,3,5}')), 2, 6), 'hex') $$,
    $$ values (
        '0000000000000000' || '0000000000000002' || '0000000000000000' || '0000000000000001'
        || '0000000000000000'
    ) $$,
    'bins around those of the sketch are empty'
);

-- 0x270f is 9999.
select results_eq(
    $$ select encode(
        perf_internal.get_sketch_bytes(numeric_send(perf_internal.make_sketch('{3}') * 9999999999999999), 3, 3), 'hex'
    ) $$,
    $$ values ('270f270f270f270f') $$,
    'each two of them are a digit to the base 10000'
);

select results_eq(
    $$ select encode(perf_internal.get_sketch_bytes(numeric_send(perf_internal.make_sketch('{2399}') * 10000), 2398, 2399), 'hex') $$,
    $$ values ('0000000000000000' || '0000000000010000') $$,
    'zeros at the end of a sketch are there'
);

select results_eq(
    $$ select encode(perf_internal.get_sketch_bytes(null, 3, 4), 'hex') $$,
    $$ values (repeat('00', 16)) $$,
    'without a sketch all bins are empty'
);

select * from finish();
rollback;
