begin;
select plan(5);

select is(
    perf_internal.get_overflow_category('red'), '(other 177)', 'the hash of red starts with b1, 177'
);
select is(perf_internal.get_overflow_category(''), '(other 227)', 'no text has a hash too: e3');
select is(perf_internal.get_overflow_category('(other)'), '(other 254)', 'as any other text');
select is(
    perf_internal.get_overflow_category('(other 7)'), '(other 7)', 'a cell is itself'
);
select is(perf_internal.get_overflow_category(null), null, 'null is none');

select * from finish();
rollback;
