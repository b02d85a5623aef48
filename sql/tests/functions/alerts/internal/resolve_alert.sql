begin;
select plan(12);

create temporary table raised as
select perf_internal.raise_alert(
    'drift', 'warning', 'sdxl', null, 'It drifts.', as_of => '2020-01-06 10:00+00'
) as id;

select ok(
    perf_internal.resolve_alert(r.id, ' we know ', '2020-01-06 11:00+00'), 'an admin resolves an alert'
)
from raised as r;
select results_eq(
    $$ select a.is_resolved, a.resolved_timestamp, a.resolved_by, a.resolution_note
       from perf.model_alerts as a $$,
    $$ values (true, '2020-01-06 11:00+00'::timestamptz, session_user::text collate "default", 'we know') $$,
    'it says who did, when and why'
);
select ok(
    not perf_internal.resolve_alert(r.id, 'again', '2020-01-06 12:00+00'), 'a second call is false'
)
from raised as r;
select is(
    (select a.resolution_note from perf.model_alerts as a), 'we know', 'and changes nothing'
);

insert into raised
select perf_internal.raise_alert(
    'drift', 'warning', 'sdxl', null, 'It drifts.', as_of => '2020-01-06 13:00+00'
);

select is(
    (select count(*) from perf.model_alerts), 2::bigint, 'what comes again is a new alert'
);
select ok(
    perf_internal.resolve_alert(max(r.id), as_of => '2020-01-06 12:00+00'), 'given no note'
)
from raised as r;
select results_eq(
    $$ select a.resolved_timestamp, a.resolution_note from perf.model_alerts as a
       order by a.id desc limit 1 $$,
    $$ values ('2020-01-06 13:00+00'::timestamptz, null::text) $$,
    'it is resolved without one, not before it began'
);
select throws_ok(
    'select perf_internal.resolve_alert(0)', 'PT404', 'there is no alert 0', 'refuses an unknown alert'
);
select throws_ok(
    'select perf_internal.resolve_alert(null)', 'PT404', 'there is no alert null', 'refuses null'
);
select throws_ok(
    $$ select perf_internal.resolve_alert(0, ' ') $$,
    '22023',
    'note must have 1 to 1000 characters, got " "',
    'refuses a blank note'
);
select throws_ok(
    'select perf_internal.resolve_alert(0, as_of => null)', '22023', null, 'refuses no time'
);

set local role perf_recorder;
select throws_ok('select perf_internal.resolve_alert(0)', '42501', null, 'perf_recorder may not');

select * from finish();
rollback;
