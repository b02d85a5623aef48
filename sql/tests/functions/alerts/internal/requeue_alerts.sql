begin;
select plan(22);

create function pg_temp.receiver() returns perf.alert_receivers
language sql as $$ select r from perf.alert_receivers as r $$;
create function pg_temp.queued() returns setof text
language sql as $$
    select a.alert_type || ' ' || e.event || case when o.dropped_at is not null then ' dropped' when o.delivery_id is not null then ' told' else ' waits' end
    from perf_internal.alert_outbox as o
    join perf.alert_events as e on e.id = o.event_id
    join perf.model_alerts as a on a.id = e.alert_id
    order by e.id;
$$;
create function pg_temp.send(at timestamptz) returns bigint
language sql as $$
    select count(*) filter (where perf.complete_alert_delivery(c.delivery_id, c.attempt_count, send.at))
    from perf.claim_alert_deliveries('w', as_of => send.at) as c;
$$;

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example', group_by => '{alert_type}', repeat_interval => '1 hour');
select perf_internal.raise_alert('told', 'warning', null, null, 'm', as_of => '2020-01-06 10:00+00');
select pg_temp.send('2020-01-06 10:00+00');
select perf_internal.raise_alert('waits', 'warning', null, null, 'm', as_of => '2020-01-06 10:01+00');
select perf_internal.raise_alert('out', 'warning', null, null, 'm', as_of => '2020-01-06 10:01+00');
update perf_internal.alert_outbox as o set deliver_after = '2020-01-06 11:00+00'
from perf.alert_events as e join perf.model_alerts as a on a.id = e.alert_id
where e.id = o.event_id and a.alert_type = 'waits';
create temporary table out as select * from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:01+00');

select is((select count(*) from out), 1::bigint, 'given a message that is out, and one that waits');
update perf.alert_receivers set enabled = false, updated_at = '2020-01-06 10:02+00';
select perf_internal.requeue_alerts(pg_temp.receiver(), false, as_of => '2020-01-06 10:02+00');
select results_eq(
    'select pg_temp.queued()', $$ values ('told opened told'), ('waits opened dropped'), ('out opened told') $$,
    'what waits for a receiver that is disabled is dropped'
);
select results_eq(
    $$ select d.gave_up_at, d.last_error from perf_internal.alert_deliveries as d where d.delivered_at is null $$,
    $$ values (null::timestamptz, null::text) $$,
    'what a worker is sending stays with it'
);
select ok(
    (
        select perf.complete_alert_delivery(o.delivery_id, o.attempt_count, '2020-01-06 10:02+00')
        from out as o
    ),
    'and it says what became of it'
);

select perf_internal.clear_alert('told', null, null, as_of => '2020-01-06 10:03+00');
select perf_internal.raise_alert('new', 'warning', null, null, 'm', as_of => '2020-01-06 10:04+00');
update perf.alert_receivers set enabled = true;
select perf_internal.requeue_alerts(pg_temp.receiver(), false, true, '2020-01-06 10:05+00');
select results_eq(
    'select pg_temp.queued()',
    $$ values ('told opened told'), ('waits opened waits'), ('out opened told'), ('told resolved waits'), ('new opened waits') $$,
    'one that is enabled is told of what is open, and what ended meanwhile'
);
select perf_internal.requeue_alerts(pg_temp.receiver(), false, true, '2020-01-06 10:05+00');
select is((select count(*) from pg_temp.queued()), 5::bigint, 'a second time nothing is queued again');
select is(pg_temp.send('2020-01-06 10:05+00'), 3::bigint, 'all of it is told');

update perf.alert_receivers set repeat_interval = '2 hours';
select perf_internal.requeue_alerts(pg_temp.receiver(), false, as_of => '2020-01-06 10:06+00');
select is(
    (select array_agg(distinct d.repeat_after) from perf_internal.alert_deliveries as d),
    array['2020-01-06 12:02+00', '2020-01-06 12:05+00', null]::timestamptz[],
    'another repeat_interval counts from when it was told'
);

-- It is dead from here on.
select perf_internal.clear_alert(t, null, null, as_of => '2020-01-06 10:10+00') from unnest('{out,new}'::text[]) as t;
create temporary table lost as select * from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:10+00');
select perf.fail_alert_delivery(l.delivery_id, 1, 'gone', as_of => '2020-01-09 10:10+00') from lost as l;
select is(
    (select count(*) from perf_internal.alert_deliveries as d where d.gave_up_at = '2020-01-09 10:10+00'),
    2::bigint,
    'given messages that were given up'
);
select perf_internal.requeue_alerts(pg_temp.receiver(), false, as_of => '2020-01-10');
select is(
    (select count(*) from pg_temp.queued() as q where q like '%waits'), 0::bigint, 'what is over is not told again'
);
select perf_internal.requeue_alerts(pg_temp.receiver(), true, as_of => '2020-01-12 10:10+00');
select is(
    (select count(*) from pg_temp.queued() as q where q like '%waits'), 0::bigint,
    'nor with a new address after 3 days'
);
select perf_internal.requeue_alerts(pg_temp.receiver(), true, as_of => '2020-01-12 10:09+00');
select results_eq(
    $$ select q from pg_temp.queued() as q where q like '%waits' $$,
    $$ values ('out resolved waits'), ('new resolved waits') $$,
    'but before'
);
select perf_internal.raise_alert('late', 'warning', null, null, 'm', as_of => '2020-01-12 11:00+00');
create temporary table retried as select * from perf.claim_alert_deliveries('w', as_of => '2020-01-12 11:00+00');
select perf.fail_alert_delivery(l.delivery_id, 1, 'gone', '1 hour', '2020-01-12 11:00+00') from retried as l;
select is(
    (select count(*) from perf.claim_alert_deliveries('w', as_of => '2020-01-12 11:01+00')), 0::bigint,
    'given messages that are to be tried later'
);
select perf_internal.requeue_alerts(pg_temp.receiver(), true, as_of => '2020-01-12 11:01+00');
select is(
    (select count(*) from perf.claim_alert_deliveries('w', as_of => '2020-01-12 11:01+00')),
    (select count(*) from retried),
    'with a new address they are due at once'
);

-- Ends that a receiver misses while it is disabled.
select perf.delete_alert_receiver('ops');
create function pg_temp.set(at timestamptz, enabled boolean) returns void
language sql as $$
    select perf_internal.set_alert_receiver('chat', 'slack', 'https://h.example', enabled => set.enabled, as_of => set.at);
$$;
create function pg_temp.tell(at timestamptz) returns setof text
language sql as $$
    select a.alert ->> 'alert_type' || ' ' || (a.alert ->> 'events')
    from perf.claim_alert_deliveries('w', as_of => tell.at) as c
    cross join lateral jsonb_array_elements(c.payload -> 'alerts') as a (alert)
    where perf.complete_alert_delivery(c.delivery_id, c.attempt_count, tell.at)
    order by 1;
$$;
select perf_internal.clear_alert(a.alert_type, null, null, as_of => '2020-02-01') from perf.model_alerts as a where not a.is_resolved;
select pg_temp.set('2020-02-03 10:00+00', true);
select perf_internal.raise_alert(t, 'warning', null, null, 'm', as_of => '2020-02-03 10:00+00')
from unnest('{out,told}'::text[]) as t;
create temporary table leased as
select c.* from perf.claim_alert_deliveries('w', as_of => '2020-02-03 10:00+00') as c;
select perf.complete_alert_delivery(l.delivery_id, l.attempt_count, '2020-02-03 10:00+00')
from leased as l where l.payload #>> '{group_labels,alert_type}' = 'told';
select perf_internal.clear_alert('told', null, null, as_of => '2020-02-03 10:01+00');
select is(
    (select count(*) from perf_internal.alert_outbox as o where o.delivery_id is null and o.dropped_at is null),
    1::bigint,
    'given a message that is out, and an end that waits'
);
select pg_temp.set('2020-02-03 10:01+00', false);
select perf_internal.clear_alert('out', null, null, as_of => '2020-02-03 10:02+00');
select pg_temp.set('2020-02-03 10:03+00', false);
select is_empty($$ select pg_temp.tell('2020-02-03 10:03+00') $$, 'while it is disabled nothing is told');
select pg_temp.set('2020-02-03 10:04+00', true);
select results_eq(
    $$ select pg_temp.tell('2020-02-03 10:04+00') $$, $$ values ('out ["opened"]'), ('told ["resolved"]') $$,
    'an end that was dropped is told, and a message whose lease is over is sent again'
);
select results_eq(
    $$ select pg_temp.tell('2020-02-03 10:05+00') $$, $$ values ('out ["resolved"]') $$,
    'then the end that came while that was out'
);

select perf_internal.raise_alert('late', 'warning', null, null, 'm', as_of => '2020-02-03 11:00+00');
truncate leased;
insert into leased select * from perf.claim_alert_deliveries('w', as_of => '2020-02-03 11:00+00');
select pg_temp.set('2020-02-03 11:00:10+00', false);
select perf_internal.clear_alert('late', null, null, as_of => '2020-02-03 11:00:20+00');
select pg_temp.set('2020-02-03 11:00:30+00', true);
select is_empty($$ select pg_temp.tell('2020-02-03 11:00:40+00') $$, 'an end waits for a message that is out');
select ok(
    (select perf.complete_alert_delivery(l.delivery_id, l.attempt_count, '2020-02-03 11:00:50+00') from leased as l),
    'which the worker delivers'
);
select results_eq(
    $$ select pg_temp.tell('2020-02-03 11:00:50+00') $$, $$ values ('late ["resolved"]') $$, 'and is told then'
);
select pg_temp.set('2020-02-03 12:00+00', false);
select pg_temp.set('2020-02-03 12:01+00', true);
select is_empty($$ select pg_temp.tell('2020-02-03 12:01+00') $$, 'no end is told twice');

select * from finish();
rollback;
