begin;
select plan(13);

create temporary table made as
select perf_internal.create_alert_silence(
    '{"model": "a"}', '2020-01-06 12:00+00', 'We know.', '2020-01-06 11:00+00',
    '2020-01-06 10:00+00'
) as id;

select ok(
    perf_internal.end_alert_silence(m.id, '2020-01-06 11:30+00'), 'an admin ends a silence'
)
from made as m;
select results_eq(
    'select s.starts_at, s.ends_at, s.ended_by from perf.alert_silences as s',
    $$ values (
        '2020-01-06 11:00+00'::timestamptz, '2020-01-06 11:30+00'::timestamptz,
        session_user::text collate "default"
    ) $$,
    'it says who did, and when'
);
select results_eq(
    $$ select q.action, q.new_values ->> 'ended_by'
       from perf_internal.audit_queue as q
       where q.table_name = 'alert_silences'
       order by q.id desc
       limit 1 $$,
    $$ values ('update', session_user::text collate "default") $$,
    'so does the audit log'
);
select ok(
    not perf_internal.end_alert_silence(m.id, t::timestamptz), 'a second call is false at ' || t
)
from made as m, unnest(array['2020-01-06 11:30+00', '2020-01-06 11:20+00']) as t;
select is(
    (select s.ends_at from perf.alert_silences as s), '2020-01-06 11:30+00', 'and changes nothing'
);

update made
set id = perf_internal.create_alert_silence(
    '{"model": "a"}', '2020-01-06 12:00+00', 'We know.', '2020-01-06 11:00+00',
    '2020-01-06 10:00+00'
);

select ok(
    perf_internal.end_alert_silence(m.id, '2020-01-06 10:30+00'),
    'one that has not begun can be ended'
)
from made as m;
select results_eq(
    'select s.starts_at, s.ends_at from perf.alert_silences as s order by s.id desc limit 1',
    $$ values ('2020-01-06 11:00+00'::timestamptz, '2020-01-06 11:00+00'::timestamptz) $$,
    'it has no time left'
);

update made
set id = perf_internal.create_alert_silence(
    '{"model": "a"}', '2020-01-06 12:00+00', 'We know.', '2020-01-06 11:00+00',
    '2020-01-06 10:00+00'
);

select ok(
    not perf_internal.end_alert_silence(m.id, '2020-01-06 12:00+00'), 'one that is over is over'
)
from made as m;
select is(
    (select s.ended_by from perf.alert_silences as s order by s.id desc limit 1),
    null,
    'by itself'
);
select throws_ok(
    'select perf_internal.end_alert_silence(0)',
    'PT404',
    'there is no silence 0',
    'refuses an unknown silence'
);
select throws_ok(
    'select perf_internal.end_alert_silence(null)',
    'PT404',
    'there is no silence null',
    'refuses null'
);
set local role perf_analyst;
select throws_ok(
    'select perf_internal.end_alert_silence(0)', '42501', null, 'an analyst may not'
);

select * from finish();
rollback;
