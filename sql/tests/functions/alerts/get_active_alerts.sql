begin;
select plan(36);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf_internal.raise_alert(
    a.type, a.severity, a.model_type, a.machine_id::uuid, a.type || ' of ' || a.model_type,
    as_of => a.seen_at::timestamptz
)
from (
    values
        ('drift', 'warning', 'sdxl', null, '2020-01-06 10:00+00'),
        ('drift', 'critical', 'wan', null, '2020-01-06 09:00+00'),
        ('drift', 'warning', 'wan', 'e0000000-0000-4000-8000-000000000000', '2020-01-06 11:00+00'),
        ('cost', 'info', 'sdxl', null, '2020-01-06 12:00+00'),
        ('gone', 'critical', 'sdxl', null, '2020-01-06 12:00+00')
) as a (type, severity, model_type, machine_id, seen_at);
select perf_internal.clear_alert('gone', 'sdxl', null);

create function pg_temp.found(
    model_type text default null,
    machine_id uuid default null,
    severity text default null,
    max_rows integer default 1000
)
returns text[]
language sql as $$
    select array_agg(a.alert_type || ' ' || a.model_type order by a.ordinality)
    from perf.get_active_alerts(model_type, machine_id, severity, max_rows) with ordinality as a
$$;

select is(
    pg_temp.found(),
    array['drift wan', 'drift wan', 'drift sdxl', 'cost sdxl'],
    'lists open alerts, the most severe and the newest first'
);
select is(pg_temp.found(' sdxl '), array['drift sdxl', 'cost sdxl'], 'of a model type');
select is(
    pg_temp.found(machine_id => 'e0000000-0000-4000-8000-000000000000'),
    array['drift wan'],
    'on a machine'
);
select is(pg_temp.found(severity => 'info'), array['cost sdxl'], 'of a severity');
select is(pg_temp.found(max_rows => 1), array['drift wan'], 'and no more than max_rows');
select is(pg_temp.found('other'), null, 'of an unknown model type there are none');

select perf_internal.raise_alert(
    'cost', 'info', 'sdxl', null, 'again', '{"usd": 5}', 'paused', '2020-01-06 13:00+00'
);

select results_eq(
    $$ select a.alert_type, a.severity, a.model_type, a.machine_id, a.alert_message,
           a.alert_timestamp, a.last_seen_at, a.repeat_count, a.alert_details, a.auto_action_taken
       from perf.get_active_alerts(severity => 'info') as a
       join perf.model_alerts as m on m.id = a.alert_id $$,
    $$ values (
        'cost', 'info', 'sdxl', null::uuid, 'again', '2020-01-06 12:00+00'::timestamptz,
        '2020-01-06 13:00+00'::timestamptz, 1::bigint, '{"usd": 5}'::jsonb, 'paused'
    ) $$,
    'with what was seen last'
);
select throws_ok(
    $$ select perf.get_active_alerts(severity => 'huge') $$,
    '22023',
    'severity must be info, warning or critical, got "huge"',
    'refuses an unknown severity'
);
select throws_ok(
    'select perf.get_active_alerts(max_rows => 0)',
    '22023',
    'max_rows must be between 1 and 100000, got 0',
    'refuses no rows'
);
select throws_ok(
    'select perf.get_active_alerts(max_rows => null)', '22023', null, 'refuses null rows'
);

select throws_ok(
    'select perf.get_active_alerts(as_of => null)', '22023', null, 'refuses no time'
);
select throws_ok(
    $$ select perf.get_active_alerts(labels => '{"model": []}') $$,
    '22023',
    'labels: "model" must have a value, got [], which matches nothing',
    'refuses labels that match nothing'
);
select throws_ok(
    'select perf.get_active_alerts(labels => null)', '22023', null, 'refuses null labels'
);
select is_empty(
    $$ select * from perf.get_active_alerts(alert_type => 'other') $$, 'of an unknown type is none'
);
select is(
    (select count(*) from perf.get_active_alerts(alert_type => ' drift ')), 3::bigint, 'of a type'
);

savepoint labels;
select perf_internal.raise_alert(
    'threshold', a.severity, null, null, 'It is slow.', as_of => '2020-01-06 10:00+00',
    labels => a.labels::jsonb
)
from (
    values
        ('warning', '{"metric": "ms", "model": "ä 🦆", "threshold_id": 1}'),
        ('critical', '{"metric": "ms", "model": "ä 🦆", "threshold_id": 2}'),
        ('warning', '{"metric": "ms", "model": "b", "threshold_id": 1, "x": {"y": [1, null]}}')
) as a (severity, labels);
create function pg_temp.labelled(labels jsonb, is_muted boolean default null) returns text[]
language sql as $$
    select array_agg(a.severity || ' ' || (a.labels ->> 'model') order by a.ordinality)
    from perf.get_active_alerts(
        labels => labels, is_muted => is_muted, as_of => '2020-01-06 12:00+00'
    ) with ordinality as a
$$;

select is(
    pg_temp.labelled('{"model": "ä 🦆"}'), array['critical ä 🦆', 'warning ä 🦆'], 'with a label'
);
select is(
    pg_temp.labelled('{"model": ["b", "c"], "threshold_id": "1", "severity": "warning"}'),
    array['warning b'],
    'with labels, also those of what it is'
);
select is(pg_temp.labelled('{"x": {"y": [1, null]}}'), array['warning b'], 'of any value');
select is(
    cardinality(pg_temp.labelled('{"metric": null}')), 4, 'or without a label'
);
select is(
    pg_temp.labelled('{"metric": "ms"}', true),
    array['warning ä 🦆'],
    'a warning is muted by the critical alert of its series'
);
select is(
    (
        select c.alert_id
        from perf.get_active_alerts(labels => '{"threshold_id": 1, "model": "ä 🦆"}') as w
        join perf.get_active_alerts(labels => '{"threshold_id": 2}') as c
            on c.alert_id = w.inhibited_by
    ) is not null,
    true,
    'which it names'
);

select perf_internal.create_alert_silence(
    '{"model": "b"}', '2020-01-06 13:00+00', 'We know.', '2020-01-06 11:00+00', '2020-01-06 10:00+00'
);
select perf_internal.acknowledge_alert(a.id, as_of => '2020-01-06 11:30+00')
from perf.model_alerts as a
where a.labels @> '{"threshold_id": 2}';

select results_eq(
    $$ select a.silence_id, a.silenced_until
       from perf.get_active_alerts(
           labels => '{"model": "b"}', is_muted => true, as_of => '2020-01-06 12:00+00'
       ) as a $$,
    $$ select s.id, '2020-01-06 13:00+00'::timestamptz from perf.alert_silences as s $$,
    'a silence mutes, until it ends'
);
select is(
    pg_temp.labelled('{"metric": "ms"}', false), array['critical ä 🦆'], 'or only those that are heard'
);
select results_eq(
    $$ select a.acknowledged_at, a.acknowledged_by
       from perf.get_active_alerts(labels => '{"threshold_id": 2}') as a $$,
    $$ values ('2020-01-06 11:30+00'::timestamptz, session_user::text collate "default") $$,
    'with who cares for it'
);
-- It would say that it was made now.
alter table perf.slo_objectives disable trigger prepare_slo_objective;
insert into perf.slo_objectives (objective_name, metric_name, target, created_at) values
    ('works', 'success_rate', 0.99, '2020-01-06 11:00+00');

select results_eq(
    $$ select a.alert_id, a.alert_type, a.severity, a.alert_message, a.alert_timestamp,
           a.last_seen_at
       from perf.get_active_alerts(
           'no such model type', severity => 'info', as_of => '2020-01-06 12:00+00'
       ) as a $$,
    $$ values (
        null::bigint, 'evaluation_late', 'critical',
        'Thresholds and objectives are not evaluated since 2020-01-06 11:00:00 UTC. Alerts of them are old, and new ones do not open.',
        '2020-01-06 11:00+00'::timestamptz, '2020-01-06 12:00+00'::timestamptz
    ) $$,
    'whatever is asked for, it says when nothing is evaluated'
);
select results_eq(
    $$ select a.alert_type
       from perf.get_active_alerts(max_rows => 2, as_of => '2020-01-06 12:00+00') as a $$,
    array['evaluation_late', 'threshold'],
    'first, and in max_rows'
);
update perf_internal.alert_runs set last_run_at = '2020-01-06 11:58+00';
select is(
    (select count(*) from perf.get_active_alerts(as_of => '2020-01-06 12:00+00')),
    7::bigint,
    'and not once something is'
);
rollback to savepoint labels;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.get_active_alerts()), 4::bigint, 'an admin reads');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.get_active_alerts()), 4::bigint, 'an analyst reads');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_active_alerts()', '42501', null, 'a recorder may not');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_active_alerts()', '42501', null, 'a stranger may not');
set local role perf_admin;
select is((select count(*) from perf.get_active_alerts()), 4::bigint, 'perf_admin reads');
set local role perf_analyst;
select is((select count(*) from perf.get_active_alerts()), 4::bigint, 'perf_analyst reads');
set local role service_role;
select is((select count(*) from perf.get_active_alerts()), 4::bigint, 'service_role reads');
set local role perf_recorder;
select throws_ok('select perf.get_active_alerts()', '42501', null, 'perf_recorder may not');
set local role anon;
select throws_ok('select perf.get_active_alerts()', '42501', null, 'anon may not');

select * from finish();
rollback;
