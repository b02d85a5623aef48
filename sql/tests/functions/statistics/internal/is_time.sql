begin;
select plan(5);

select ok(perf_internal.is_time('2020-01-06T10:00:00Z'), 'a time is one');
select ok(not perf_internal.is_time('2020-02-30'), 'a day that does not exist is none');
select ok(not perf_internal.is_time('soon'), 'a word is none');
select ok(not perf_internal.is_time('99999999-01-01'), 'a year that is too late is none');
select is(perf_internal.is_time(null), null, 'null for null');

select * from finish();
rollback;
