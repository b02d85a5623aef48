begin;
select plan(5);

select is(perf.set_own_calls_readable(true), true, 'turns it on');
select is(perf.set_own_calls_readable(true), false, 'a second time changes nothing');
select is(
    (select s.are_own_calls_readable from perf.access_settings as s), true, 'it is remembered'
);
select is(perf.set_own_calls_readable(false), true, 'turns it off');
select throws_ok(
    'select perf.set_own_calls_readable(null)',
    '22023',
    'is_readable must be true or false, got null',
    'refuses null'
);

select * from finish();
rollback;
