begin;
select plan(10);

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

select results_eq(
    $$ select v.alert_type, v.severity, v.model_type, v.machine_id, v.alert_message,
           v.alert_timestamp, v.alert_details, v.auto_action_taken, v.repeat_count, v.last_seen_at
       from perf.v_unresolved_model_alerts as v
       order by v.id $$,
    $$ select a.alert_type, a.severity, a.model_type, a.machine_id, a.alert_message,
           a.alert_timestamp, a.alert_details, a.auto_action_taken, a.repeat_count, a.last_seen_at
       from perf.model_alerts as a
       where a.alert_type <> 'gone'
       order by a.id $$,
    'shows the alerts that are open'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.v_unresolved_model_alerts), 4::bigint, 'an admin by token reads');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.v_unresolved_model_alerts), 4::bigint, 'an analyst by token reads');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.v_unresolved_model_alerts), 0::bigint, 'a recorder by token reads nothing back');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.v_unresolved_model_alerts), 0::bigint, 'a stranger with a token reads nothing');
set local role perf_admin;
select is((select count(*) from perf.v_unresolved_model_alerts), 4::bigint, 'perf_admin reads');
set local role perf_analyst;
select is((select count(*) from perf.v_unresolved_model_alerts), 4::bigint, 'perf_analyst reads');
set local role service_role;
select is((select count(*) from perf.v_unresolved_model_alerts), 4::bigint, 'service_role reads');
set local role perf_recorder;
select throws_ok('select * from perf.v_unresolved_model_alerts', '42501', null, 'perf_recorder reads nothing');
set local role anon;
select throws_ok('select * from perf.v_unresolved_model_alerts', '42501', null, 'anon reads nothing');

select * from finish();
rollback;
