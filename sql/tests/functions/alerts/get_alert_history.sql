begin;
select plan(23);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf_internal.raise_alert(
    a.type, 'warning', a.model_type, null, 'Something is wrong.', labels => a.labels::jsonb,
    as_of => a.opened_at::timestamptz
)
from (
    values
        ('drift', 'sdxl', '{}', '2020-01-06 10:00+00'),
        ('cost', 'wan', '{}', '2020-01-06 11:00+00'),
        ('threshold', null, '{"model": "ä"}', '2020-01-06 12:00+00'),
        ('short', null, '{}', '2020-01-06 13:00+00')
) as a (type, model_type, labels, opened_at);
select perf_internal.clear_alert(
    'drift', 'sdxl', null, 'No drift any more.', '2020-01-06 11:00+00'
);
select perf_internal.raise_alert(
    'cost', 'critical', 'wan', null, 'It is dear.', '{"usd": 5}', 'paused', '2020-01-06 11:10+00'
);
select perf_internal.acknowledge_alert(a.id, 'I look.', '2020-01-06 11:20+00')
from perf.model_alerts as a
where a.alert_type = 'cost';
select perf_internal.resolve_alert(a.id, 'Paid.', '2020-01-06 12:30+00')
from perf.model_alerts as a
where a.alert_type = 'cost';
select perf_internal.clear_alert('short', null, null, as_of => '2020-01-06 13:00+00');

create function pg_temp.found(
    start_time text,
    end_time text,
    alert_type text default null,
    model_type text default null,
    labels jsonb default '{}',
    max_rows integer default 1000
)
returns text
language sql as $$
    select string_agg(h.alert_type, ', ' order by h.ordinality)
    from perf.get_alert_history(
        start_time::timestamptz, end_time::timestamptz, alert_type, model_type, labels, max_rows
    ) with ordinality as h
$$;

select is(
    pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00'),
    'short, threshold, cost, drift',
    'lists the alerts of a day, the newest first'
);
select is(
    pg_temp.found('2020-01-06 10:30+00', '2020-01-06 10:40+00'),
    'drift',
    'also those that opened before and ended after'
);
select is(
    pg_temp.found('2020-01-06 11:00+00', '2020-01-06 12:00+00'),
    'cost',
    'an alert that ends at the start is not in it, nor one that opens at the end'
);
select is(
    pg_temp.found('2020-01-06 13:00+00', '2020-01-06 14:00+00'),
    'short, threshold',
    'one that was over at once is in it'
);
select is(
    pg_temp.found('2020-01-05 00:00+00', '2020-01-06 00:00+00'), null, 'the day before has none'
);
select is(pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00', ' cost '), 'cost', 'of an alert type');
select is(
    pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00', model_type => ' sdxl '), 'drift', 'of a model type'
);
select is(
    pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00', labels => '{"model": ["ä", "b"]}'),
    'threshold',
    'with a label'
);
select is(
    pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00', labels => '{"severity": "critical"}'),
    'cost',
    'of the last severity'
);
select is(
    pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00', max_rows => 2),
    'short, threshold',
    'no more than max_rows'
);
select results_eq(
    $$ select h.alert_id, h.severity, h.model_type, h.machine_id, h.labels, h.alert_message,
           h.alert_details, h.alert_timestamp, h.resolved_timestamp, h.duration, h.is_resolved,
           h.repeat_count, h.acknowledged_at, h.acknowledged_by, h.acknowledgement_note,
           h.resolved_by, h.resolution_note, h.auto_action_taken
       from perf.get_alert_history('2020-01-06 00:00+00', '2020-01-07 00:00+00', 'cost') as h $$,
    $$ select a.id, 'critical', 'wan', null::uuid, '{}'::jsonb, 'It is dear.',
           '{"usd": 5}'::jsonb, '2020-01-06 11:00+00'::timestamptz,
           '2020-01-06 12:30+00'::timestamptz, interval '01:30:00', true, 1::bigint,
           '2020-01-06 11:20+00'::timestamptz, session_user::text collate "default", 'I look.',
           session_user::text collate "default", 'Paid.', 'paused'
       from perf.model_alerts as a
       where a.alert_type = 'cost' $$,
    'with what is known of it'
);
set local timezone = 'Asia/Tokyo';
select is(
    h.events,
    jsonb_build_array(
        '{"event": "opened", "severity": "warning", "happened_at": "2020-01-06T11:00:00+00:00",
          "caller": null, "note": "Something is wrong."}'::jsonb,
        '{"event": "escalated", "severity": "critical", "happened_at": "2020-01-06T11:10:00+00:00",
          "caller": null, "note": "It is dear."}'::jsonb,
        jsonb_build_object(
            'event', 'acknowledged', 'severity', 'critical',
            'happened_at', '2020-01-06T11:20:00+00:00', 'caller', session_user, 'note', 'I look.'
        ),
        jsonb_build_object(
            'event', 'resolved', 'severity', 'critical',
            'happened_at', '2020-01-06T12:30:00+00:00', 'caller', session_user, 'note', 'Paid.'
        )
    ),
    'and what happened to it, in UTC'
)
from perf.get_alert_history('2020-01-06 00:00+00', '2020-01-07 00:00+00', 'cost') as h;
reset timezone;
select results_eq(
    $$ select h.duration, h.is_resolved
       from perf.get_alert_history('2020-01-06 00:00+00', '2020-01-06 15:00+00', 'threshold') as h $$,
    $$ values (interval '3 hours', false) $$,
    'one that is open lasts until the end of the range'
);
select throws_ok(
    $$ select perf.get_alert_history('2020-01-07 00:00+00', '2020-01-06 00:00+00') $$,
    '22023',
    null,
    'refuses an end before the start'
);
select throws_ok(
    $$ select perf.get_alert_history('2020-01-06 00:00+00', max_rows => 0) $$, '22023', null, 'refuses no rows'
);
select throws_ok(
    $$ select perf.get_alert_history('2020-01-06 00:00+00', labels => '[]') $$,
    '22023',
    'labels must be an object of labels and values, got array',
    'refuses labels that are none'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00', 'cost'), 'cost', 'an admin reads');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00', 'cost'), 'cost', 'an analyst reads');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.get_alert_history('2020-01-06 00:00+00') $$, '42501', null, 'a recorder may not'
);
set local role service_role;
select is(pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00', 'cost'), 'cost', 'service_role reads');
set local role perf_analyst;
select is(pg_temp.found('2020-01-06 00:00+00', '2020-01-07 00:00+00', 'cost'), 'cost', 'perf_analyst reads');
set local role perf_recorder;
select throws_ok(
    $$ select perf.get_alert_history('2020-01-06 00:00+00') $$, '42501', null, 'perf_recorder may not'
);
set local role anon;
select throws_ok($$ select perf.get_alert_history('2020-01-06 00:00+00') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
