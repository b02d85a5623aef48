begin;
select plan(25);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example', repeat_interval => '1 hour');
create function pg_temp.form(at timestamptz, muted bigint[] default '{}') returns bigint
language sql as $$
    select perf_internal.form_alert_deliveries(r, form.muted, form.at) from perf.alert_receivers as r;
$$;
create function pg_temp.told(at timestamptz) returns void
language sql as $$
    update perf_internal.alert_deliveries set delivered_at = told.at, repeat_after = told.at + interval '1 hour'
    where delivered_at is null;
$$;
create function pg_temp.last_message() returns jsonb
language sql as $$
    select d.payload from perf_internal.alert_deliveries as d order by d.created_at desc limit 1;
$$;
create temporary table made as
select perf_internal.raise_alert('drift', 'warning', null, null, 'm', as_of => '2020-01-06 10:00+00') as id;

select is(pg_temp.form('2020-01-06 10:00+00'), 1::bigint, 'makes a message of what is due');
select results_eq(
    $$ select d.group_labels, d.created_at, d.next_attempt_at, d.attempt_count, d.payload -> 'delivery_id' = to_jsonb(d.id)
       from perf_internal.alert_deliveries as d $$,
    $$ values ('{"alert_type": "drift"}'::jsonb, '2020-01-06 10:00+00'::timestamptz, '2020-01-06 10:00+00'::timestamptz, 0, true) $$,
    'that can be claimed at once'
);
select is(
    (select count(*) from perf_internal.alert_outbox as o join perf_internal.alert_deliveries as d on d.id = o.delivery_id),
    1::bigint,
    'the event is told by it'
);
select perf_internal.clear_alert('drift', null, null, as_of => '2020-01-06 10:01+00');
select is(pg_temp.form('2020-01-06 10:01+00'), 0::bigint, 'the next one waits until it is delivered');
select pg_temp.told('2020-01-06 10:02+00');
select is(pg_temp.form('2020-01-06 10:02+00'), 1::bigint, 'and then tells what came since');
select is(pg_temp.last_message() ->> 'status', 'resolved', 'here that it is over');
select pg_temp.told('2020-01-06 10:03+00');

-- Muted until it is over.
insert into perf.alert_silences (matcher, starts_at, ends_at, reason)
values ('{"alert_type": "quiet"}', '2020-01-06 11:00+00', '2020-01-06 12:00+00', 'why');
update made set id = perf_internal.raise_alert('quiet', 'warning', null, null, 'm', as_of => '2020-01-06 11:00+00');
select is(
    (select pg_temp.form('2020-01-06 11:00+00', array[m.id]) from made as m), 0::bigint, 'a muted alert waits'
);
select perf_internal.clear_alert('quiet', null, null, as_of => '2020-01-06 11:30+00');
select is(pg_temp.form('2020-01-06 11:30+00'), 0::bigint, 'when it ends muted nobody is told');
select results_eq(
    $$ select o.dropped_at from perf_internal.alert_outbox as o where o.dropped_at is not null $$,
    array_fill('2020-01-06 11:30+00'::timestamptz, array[2]),
    'its events are dropped'
);

-- It opens and ends while no worker runs.
select perf_internal.raise_alert('short', 'warning', null, null, 'm', as_of => '2020-01-06 11:00+00');
select perf_internal.clear_alert('short', null, null, as_of => '2020-01-06 11:30+00');
select is(pg_temp.form('2020-01-06 13:00+00'), 1::bigint, 'an alert that is over before it was told of is told of');
select is(
    pg_temp.last_message() #> '{alerts,0,events}', '["opened", "resolved"]', 'once, with all that happened'
);
select pg_temp.told('2020-01-06 13:00+00');

update perf.alert_receivers set send_resolved = false;
select perf_internal.raise_alert('short', 'warning', null, null, 'm', as_of => '2020-01-06 14:00+00');
select perf_internal.clear_alert('short', null, null, as_of => '2020-01-06 14:30+00');
select is(pg_temp.form('2020-01-06 14:30+00'), 0::bigint, 'not a receiver without send_resolved');

-- Repeats.
update made set id = perf_internal.raise_alert('long', 'warning', null, null, 'm', as_of => '2020-01-06 15:00+00');
select pg_temp.form('2020-01-06 15:00+00');
select pg_temp.told('2020-01-06 15:00+00');
select is((select pg_temp.form('2020-01-06 16:00+00', array[m.id]) from made as m), 0::bigint, 'a muted alert is not repeated');
select is(pg_temp.form('2020-01-06 16:00:59+00'), 0::bigint, 'what is muted is looked at again after a minute');
select is(pg_temp.form('2020-01-06 16:01+00'), 1::bigint, 'and then repeated');
select pg_temp.told('2020-01-06 16:01+00');
select is(
    (select count(*) from perf_internal.alert_deliveries as d where d.repeat_after is not null and d.group_labels = '{"alert_type": "long"}'),
    1::bigint,
    'only the last message of a group is repeated'
);
update perf.model_alerts set acknowledged_at = '2020-01-06 16:30+00' where alert_type = 'long';
select pg_temp.form('2020-01-06 16:30+00');
select pg_temp.told('2020-01-06 16:30+00');
select is(pg_temp.form('2020-01-06 17:30+00'), 0::bigint, 'what is acknowledged is not repeated');

-- A storm: more alerts than a message has room for.
select perf.set_alert_receiver(
    'storms', 'webhook', 'https://storms.example', '{"alert_type": "storm"}'
);
create function pg_temp.tell(at timestamptz)
returns table (alert_count integer, told integer, resolved integer)
language sql
as $$
    select
        (c.payload -> 'alert_count')::integer,
        jsonb_array_length(jsonb_path_query_array(c.payload, '$.alerts[*] ? (@.is_repeat == false)')),
        jsonb_array_length(jsonb_path_query_array(c.payload, '$.alerts[*] ? (@.status == "resolved")'))
    from perf.claim_alert_deliveries('w', as_of => tell.at) as c
    where c.receiver_name = 'storms'
        and perf.complete_alert_delivery(c.delivery_id, c.attempt_count, tell.at);
$$;
select perf_internal.raise_alert(
    'storm', 'warning', null, null, 'm', as_of => '2090-01-06 10:00+00', labels => '{"n": 0}'
);
select results_eq(
    $$ select * from pg_temp.tell('2090-01-06 10:00+00') $$, 'values (1, 1, 0)', 'given an alert that is told'
);
select perf_internal.raise_alert(
    'storm', 'warning', null, null, 'm', as_of => '2090-01-06 10:01+00',
    labels => jsonb_build_object('n', n)
)
from generate_series(1, 150) as n;
select perf_internal.clear_alert(
    'storm', null, null, as_of => '2090-01-06 10:01+00', labels => '{"n": 0}'
);
select results_eq(
    $$ select * from pg_temp.tell('2090-01-06 10:02+00') $$,
    'values (151, 100, 1)',
    'a message has at most 100 alerts, and first of all the ends of others'
);
select results_eq(
    $$ select * from pg_temp.tell('2090-01-06 10:03+00') $$,
    'values (150, 51, 0)',
    'the next one has those for which there was no room'
);
select is_empty(
    $$ select * from pg_temp.tell('2090-01-06 10:04+00') $$, 'then all are told'
);

create temporary table told (alert_id bigint, turn integer);
create function pg_temp.repeat(turn integer) returns table (alert_count integer, new_count bigint)
language sql
as $$
    with message as (
        select c.payload
        from perf.claim_alert_deliveries(
            'w', as_of => timestamptz '2090-01-06 10:03+00' + repeat.turn * interval '4 hours'
        ) as c
        where c.receiver_name = 'storms'
            and perf.complete_alert_delivery(
                c.delivery_id, c.attempt_count,
                timestamptz '2090-01-06 10:03+00' + repeat.turn * interval '4 hours'
            )
    ),
    named as (
        insert into told
        select (a.alert -> 'alert_id')::bigint, repeat.turn
        from message as m cross join jsonb_array_elements(m.payload -> 'alerts') as a (alert)
        returning alert_id
    )
    select jsonb_array_length(m.payload -> 'alerts'),
        (select count(*) from named as n where n.alert_id not in (select t.alert_id from told as t))
    from message as m;
$$;
select results_eq('select * from pg_temp.repeat(1)', 'values (100, 100::bigint)', 'a repeat names 100 of them');
select results_eq(
    'select * from pg_temp.repeat(2)', 'values (100, 50::bigint)', 'the next one names those that it did not'
);
select is((select count(distinct t.alert_id) from told as t), 150::bigint, 'so all have their turn');
select results_eq('select * from pg_temp.repeat(3)', 'values (100, 0::bigint)', 'and then again');

select * from finish();
rollback;
