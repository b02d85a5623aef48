begin;
select plan(5);

select lives_ok('select perf_internal.check_alert_note(null)', 'no note is good');
select lives_ok(
    format('select perf_internal.check_alert_note(%L)', repeat('ä', 1000)), 'so is a long one'
);
select throws_ok(
    $$ select perf_internal.check_alert_note(' ') $$,
    '22023',
    'note must have 1 to 1000 characters, got " "',
    'refuses a blank one'
);
select throws_ok(
    format('select perf_internal.check_alert_note(%L)', repeat('ä', 1001)),
    '22023', null, 'refuses one that is too long'
);
select throws_ok(
    format('select perf_internal.check_alert_note(%L)', 'a' || chr(10)),
    '22023', null, 'refuses an end of line'
);

select * from finish();
rollback;
