begin;
select plan(13);

select perf.set_alert_receiver('all', 'webhook', 'https://a.example', group_wait => '30 s', minimum_severity => 'info');
select perf.set_alert_receiver('critical', 'webhook', 'https://a.example', minimum_severity => 'critical', send_resolved => false);
select perf.set_alert_receiver('model', 'webhook', 'https://a.example', '{"model": "a"}', group_by => '{model,severity}');
select perf.set_alert_receiver('off', 'webhook', 'https://a.example', enabled => false);

create function pg_temp.queued(event text) returns setof text
language sql as $$
    select r.receiver_name || ' ' || o.group_labels || ' ' || to_char(o.deliver_after at time zone 'UTC', 'HH24:MI:SS')
    from perf_internal.alert_outbox as o
    join perf.alert_events as e on e.id = o.event_id
    join perf.alert_receivers as r on r.id = o.receiver_id
    where e.event = queued.event
    order by 1;
$$;

select perf_internal.raise_alert(
    'drift', 'warning', null, null, 'It drifts.', as_of => '2020-01-06 10:00+00', labels => '{"model": "a"}'
);
select results_eq(
    $$ select pg_temp.queued('opened') $$,
    $$ values ('all {"alert_type": "drift"} 10:00:30'), ('model {"model": "a", "severity": "warning"} 10:00:00') $$,
    'an alert that opens is for each receiver that takes it, after its group_wait'
);
select perf_internal.raise_alert(
    'drift', 'critical', null, null, 'It drifts.', as_of => '2020-01-06 11:00+00', labels => '{"model": "a"}'
);
select results_eq(
    $$ select pg_temp.queued('escalated') $$,
    $$ values ('all {"alert_type": "drift"} 11:00:30'), ('critical {"alert_type": "drift"} 11:00:00'),
        ('model {"model": "a", "severity": "warning"} 11:00:00') $$,
    'one that becomes more severe also for those that it is severe enough for, and in the group that it was in'
);
update perf.model_alerts set severity = 'warning', last_seen_at = '2020-01-06 12:00+00';
select results_eq(
    $$ select pg_temp.queued('eased') $$,
    $$ values ('all {"alert_type": "drift"} 12:00:30'), ('critical {"alert_type": "drift"} 12:00:00'),
        ('model {"model": "a", "severity": "warning"} 12:00:00') $$,
    'one that becomes less severe is for those that were told of it'
);
update perf.model_alerts set acknowledged_at = '2020-01-06 12:30+00', acknowledged_by = 'ada';
select results_eq(
    $$ select pg_temp.queued('acknowledged') $$,
    $$ values ('all {"alert_type": "drift"} 12:30:30'), ('critical {"alert_type": "drift"} 12:30:00'),
        ('model {"model": "a", "severity": "warning"} 12:30:00') $$,
    'so is one for which somebody cares'
);
select perf_internal.clear_alert('drift', null, null, as_of => '2020-01-06 13:00+00', labels => '{"model": "a"}');
select results_eq(
    $$ select pg_temp.queued('resolved') $$,
    $$ values ('all {"alert_type": "drift"} 13:00:30'), ('model {"model": "a", "severity": "warning"} 13:00:00') $$,
    'one that is over, apart from receivers without send_resolved'
);

delete from perf.model_alerts;
select is((select count(*) from perf_internal.alert_outbox), 0::bigint, 'the outbox goes with the alert');
select perf_internal.raise_alert('drift', 'info', null, null, 'It drifts.', as_of => '2020-01-06 10:00+00');
select results_eq(
    $$ select pg_temp.queued('opened') $$, $$ values ('all {"alert_type": "drift"} 10:00:30') $$,
    'what is not severe enough and does not match is not queued'
);
update perf_internal.alert_outbox set dropped_at = '2020-01-06 10:05+00';
select perf_internal.clear_alert('drift', null, null, as_of => '2020-01-06 11:00+00');
select is_empty($$ select pg_temp.queued('resolved') $$, 'the end of what nobody was told of is for nobody');

delete from perf.alert_receivers;
select lives_ok(
    $$ select perf_internal.raise_alert('drift', 'critical', null, null, 'It drifts.') $$, 'there need be no receiver'
);

select is(
    array(
        select p.prosecdef::text || ' ' || has_function_privilege(r.role, p.oid, 'execute')
        from pg_proc as p
        cross join unnest('{perf_admin,service_role,perf_notifier}'::name[]) as r (role)
        where p.proname = 'queue_alert_event'
    ),
    array_fill('true false'::text, array[3]),
    'it writes as the owner, and nobody may call it'
);
select perf.set_alert_receiver('ops', 'webhook', 'https://a.example');
select perf_internal.raise_alert('other', 'warning', null, null, 'x', as_of => '2020-01-06 10:00+00');
select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select ok(
    perf.resolve_alert((select a.id from perf.model_alerts as a where a.alert_type = 'other')),
    'an admin by token resolves an alert'
);
select is(
    (select count(*) from perf_internal.alert_outbox as o join perf.alert_events as e on e.id = o.event_id where e.event = 'resolved'),
    1::bigint,
    'and that is queued'
);
reset role;
select is(
    (select count(*) from perf_internal.alert_outbox as o where o.delivery_id is not null), 0::bigint,
    'what is queued has no message'
);

select * from finish();
rollback;
