begin;
select plan(16);

-- As of 8 January 2024 two years keep what was over on 8 January 2022 or later.
insert into perf.model_alerts (
    alert_type, severity, alert_message, alert_timestamp, is_resolved, resolved_timestamp
)
select a.type, 'info', 'It was.', a.opened_at::timestamptz, a.over_at is not null,
    a.over_at::timestamptz
from (
    values
        ('old', '2022-01-01 00:00+00', '2022-01-02 00:00+00'),
        ('long', '2022-01-01 12:00+00', '2022-01-07 23:59:59+00'),
        ('just kept', '2022-01-01 00:00+00', '2022-01-08 00:00+00'),
        ('open', '2021-01-01 00:00+00', null)
) as a (type, opened_at, over_at);
insert into perf.alert_silences (matcher, starts_at, ends_at, reason)
select '{"model": "a"}', '2021-06-01 00:00+00', s::timestamptz, s
from unnest(array['2022-01-07 23:00+00', '2022-01-08 00:00+00']) as s;
insert into perf.alert_receivers (receiver_name, kind) values ('team', 'webhook');
insert into perf_internal.alert_deliveries (
    receiver_id, group_labels, payload, created_at, next_attempt_at, delivered_at, gave_up_at
)
select r.id, jsonb_build_object('name', d.name), '{}', d.at::timestamptz, d.at::timestamptz,
    case d.state when 'delivered' then d.at::timestamptz end,
    case d.state when 'gave up' then d.at::timestamptz end
from perf.alert_receivers as r,
    (
        values
            ('old', '2022-01-02 00:00+00', 'delivered'),
            ('lost', '2022-01-02 00:00+00', 'gave up'),
            ('waits', '2022-01-02 00:00+00', 'waits'),
            ('of an open alert', '2021-01-01 00:00+00', 'delivered'),
            ('just kept', '2022-01-08 00:00+00', 'delivered')
    ) as d (name, at, state);
insert into perf_internal.alert_outbox (
    event_id, receiver_id, group_labels, deliver_after, delivery_id
)
select e.id, d.receiver_id, d.group_labels, e.happened_at, d.id
from perf.alert_events as e
join perf.model_alerts as a on a.id = e.alert_id
join perf_internal.alert_deliveries as d
    on d.group_labels ->> 'name' = case a.alert_type
        when 'open' then 'of an open alert'
        else a.alert_type
    end
where e.event = 'opened';

update perf.retention set keep = null where pipeline = 'alerts';
select is(
    perf_internal.delete_old_alerts('2024-01-08 00:00+00'), 0::bigint, 'what is kept for ever stays'
);
update perf.retention set keep = '2 years' where pipeline = 'alerts';

select is(perf_internal.delete_old_alerts('2024-01-02 00:00+00'), 0::bigint, 'nothing is old enough');
select is(
    (select t.deleted_before from perf.retention as t where t.pipeline = 'alerts'),
    null,
    'and nothing was deleted'
);
select is(
    perf_internal.delete_old_alerts('2024-01-08 00:00+00', 1),
    3::bigint,
    'deletes some at a time'
);
select is(
    (select count(*) from perf.model_alerts as a where a.alert_type = 'long'),
    1::bigint,
    'those that opened first go first'
);
select is(
    perf_internal.delete_old_alerts('2024-01-08 00:00+00'), 2::bigint, 'and then the others'
);
select is(
    perf_internal.delete_old_alerts('2024-01-08 00:00+00'), 0::bigint, 'a third run does nothing'
);
select set_eq(
    'select a.alert_type from perf.model_alerts as a',
    array['just kept', 'open'],
    'what is open stays, and what was over no longer ago'
);
select is(
    (select count(*) from perf.alert_events as e), 3::bigint, 'events go with their alerts'
);
select set_eq(
    $$ select d.group_labels ->> 'name' from perf_internal.alert_deliveries as d $$,
    array['waits', 'of an open alert', 'just kept'],
    'messages stay that wait, or that told of an alert that stays'
);
select is_empty(
    $$ select * from perf_internal.alert_outbox as x where x.delivery_id is null $$,
    'so nobody is told again'
);
select is(
    (select s.reason from perf.alert_silences as s), '2022-01-08 00:00+00', 'silences go, too'
);
select is(
    (select t.deleted_before from perf.retention as t where t.pipeline = 'alerts'),
    '2022-01-08 00:00+00',
    'retention says until when'
);
select throws_ok(
    $$ select perf_internal.delete_old_alerts(now() + interval '2 hours') $$,
    '22023',
    null,
    'refuses the future, in which more would go'
);
set local role perf_admin;
select is(
    perf_internal.delete_old_alerts('2024-01-09 00:00+00'), 3::bigint, 'perf_admin may'
);
set local role perf_analyst;
select throws_ok('select perf_internal.delete_old_alerts()', '42501', null, 'an analyst may not');

select * from finish();
rollback;
