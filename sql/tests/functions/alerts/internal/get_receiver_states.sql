begin;
select plan(5);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example', group_by => '{n}');
select results_eq(
    $$ select s.waiting_count, s.oldest_waiting_at, s.last_delivered_at, s.last_error, s.failing_since
       from perf_internal.get_receiver_states() as s $$,
    $$ values (0::bigint, null::timestamptz, null::timestamptz, null::text, null::timestamptz) $$,
    'a new receiver has no messages'
);
insert into perf_internal.alert_deliveries (
    receiver_id, group_labels, payload, created_at, next_attempt_at, delivered_at, gave_up_at, last_error
)
select r.id, jsonb_build_object('n', d.n), '{}', d.created_at::timestamptz, d.created_at::timestamptz,
    d.delivered_at::timestamptz, d.gave_up_at::timestamptz, d.last_error
from perf.alert_receivers as r
cross join (values
    (1, '2020-01-06 10:00+00', null, '2020-01-09 10:00+00', 'long ago'),
    (2, '2020-01-10 10:00+00', '2020-01-10 10:01+00', null, null),
    (3, '2020-01-10 11:00+00', null, null, null)
) as d (n, created_at, delivered_at, gave_up_at, last_error);
select results_eq(
    $$ select s.waiting_count, s.oldest_waiting_at, s.last_delivered_at, s.last_error, s.failing_since
       from perf_internal.get_receiver_states() as s $$,
    $$ values (1::bigint, '2020-01-10 11:00+00'::timestamptz, '2020-01-10 10:01+00'::timestamptz, null::text, null::timestamptz) $$,
    'what failed before the last delivery is history'
);
update perf_internal.alert_deliveries set last_error = 'refused' where group_labels = '{"n": 3}';
select results_eq(
    $$ select s.last_error, s.failing_since from perf_internal.get_receiver_states() as s $$,
    $$ values ('refused', '2020-01-10 11:00+00'::timestamptz) $$,
    'it fails since the message was made that fails'
);
update perf_internal.alert_deliveries set gave_up_at = '2020-01-13 11:00+00' where group_labels = '{"n": 3}';
select results_eq(
    $$ select s.waiting_count, s.last_error, s.failing_since from perf_internal.get_receiver_states() as s $$,
    $$ values (0::bigint, 'refused', '2020-01-10 11:00+00'::timestamptz) $$,
    'also when it gave up'
);
delete from perf_internal.alert_deliveries where delivered_at is not null;
select is(
    (select s.failing_since from perf_internal.get_receiver_states() as s), '2020-01-06 10:00+00',
    'if nothing was ever delivered it failed from the start'
);

select * from finish();
rollback;
