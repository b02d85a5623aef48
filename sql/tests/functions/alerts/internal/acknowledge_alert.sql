begin;
select plan(13);

create temporary table raised as
select perf_internal.raise_alert(
    'drift', 'warning', 'sdxl', null, 'It drifts.', as_of => '2020-01-06 10:00+00'
) as id;

select ok(
    perf_internal.acknowledge_alert(r.id, ' we look ', '2020-01-06 11:00+00'),
    'an admin acknowledges an alert'
)
from raised as r;
select results_eq(
    $$ select a.acknowledged_at, a.acknowledged_by, a.acknowledgement_note, a.is_resolved
       from perf.model_alerts as a $$,
    $$ values (
        '2020-01-06 11:00+00'::timestamptz, session_user::text collate "default", 'we look', false
    ) $$,
    'it says who did, when and why'
);
select ok(
    not perf_internal.acknowledge_alert(r.id, 'me too', '2020-01-06 12:00+00'),
    'a second call is false'
)
from raised as r;
select is(
    (select a.acknowledgement_note from perf.model_alerts as a), 'we look', 'and changes nothing'
);

select perf_internal.raise_alert(
    'drift', 'critical', 'sdxl', null, 'It drifts far.', as_of => '2020-01-06 13:00+00'
);

select is(
    (select a.acknowledgement_note from perf.model_alerts as a),
    'we look',
    'an alert that is seen again stays acknowledged'
);
select ok(perf_internal.resolve_alert(r.id, as_of => '2020-01-06 14:00+00'), 'given that it is over')
from raised as r;

insert into raised
select perf_internal.raise_alert(
    'drift', 'warning', 'sdxl', null, 'It drifts.', as_of => '2020-01-06 15:00+00'
);

select ok(
    perf_internal.acknowledge_alert(max(r.id), as_of => '2020-01-06 14:30+00'),
    'what comes again is acknowledged by itself'
)
from raised as r;
select results_eq(
    $$ select a.acknowledged_at, a.acknowledgement_note
       from perf.model_alerts as a
       order by a.id desc
       limit 1 $$,
    $$ values ('2020-01-06 15:00+00'::timestamptz, null::text) $$,
    'without a note, not before it began'
);

select perf_internal.raise_alert('gone', 'warning', 'sdxl', null, 'It was.');
select perf_internal.clear_alert('gone', 'sdxl', null);

select ok(
    not perf_internal.acknowledge_alert(a.id), 'of an alert that is over it is false'
)
from perf.model_alerts as a
where a.alert_type = 'gone';
select throws_ok(
    'select perf_internal.acknowledge_alert(0)', 'PT404', 'there is no alert 0', 'refuses an unknown alert'
);
select throws_ok(
    'select perf_internal.acknowledge_alert(null)', 'PT404', 'there is no alert null', 'refuses null'
);
select throws_ok(
    $$ select perf_internal.acknowledge_alert(0, ' ') $$,
    '22023',
    'note must have 1 to 1000 characters, got " "',
    'refuses a blank note'
);
set local role perf_analyst;
select throws_ok(
    'select perf_internal.acknowledge_alert(0)', '42501', null, 'an analyst may not'
);

select * from finish();
rollback;
