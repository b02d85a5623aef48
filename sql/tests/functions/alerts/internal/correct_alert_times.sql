begin;
select plan(15);

select perf.set_alert_receiver(
    'ops', 'webhook', 'https://h.example', group_wait => '1 hour', repeat_interval => '3 hours'
);
create function pg_temp.send(at timestamptz, is_told boolean default true) returns bigint
language sql as $$
    select count(*) filter (
        where not send.is_told or perf.complete_alert_delivery(c.delivery_id, c.attempt_count, send.at)
    )
    from perf.claim_alert_deliveries('w', '1 hour', as_of => send.at) as c;
$$;

-- An alert.
select perf_internal.raise_alert('drift', 'warning', null, null, 'm', as_of => '2020-01-06 10:00+00');
select is(
    perf_internal.correct_alert_times('2020-01-06 10:00+00'), 0::bigint, 'what waits for group_wait goes on waiting'
);
select is(perf_internal.correct_alert_times('2020-01-06 09:00+00'), 0::bigint, 'so does what is a little ahead');
select is(
    perf_internal.correct_alert_times('2020-01-06 08:59:59+00'), 1::bigint, 'what no group_wait explains is corrected'
);
select is(
    (select o.deliver_after from perf_internal.alert_outbox as o), '2020-01-06 08:59:59+00'::timestamptz, 'it is due now'
);
select is(perf_internal.correct_alert_times('2020-01-06 08:59:59+00'), 0::bigint, 'a second time nothing is');

-- The clock is ten years ahead when a worker claims the message, and is then set back.
select is(pg_temp.send('2030-01-06 10:00+00', is_told => false), 1::bigint, 'given a message with a lease of later');
select is(
    perf_internal.correct_alert_times('2030-01-06 10:00:01+00'), 0::bigint, 'as long as the clock is ahead it is no error'
);
select is(pg_temp.send('2020-01-06 10:10+00', is_told => false), 1::bigint, 'a claim of now gives it again');
select results_eq(
    $$ select d.created_at, d.lease_expires_at, d.attempt_count from perf_internal.alert_deliveries as d $$,
    $$ values ('2020-01-06 10:10+00'::timestamptz, '2020-01-06 11:10+00'::timestamptz, 2) $$,
    'with a lease of now, and three days of attempts from now on'
);
update perf_internal.alert_deliveries set created_at = '2030-01-06 10:00+00';
select perf_internal.correct_alert_times('2020-01-06 10:11+00');
select results_eq(
    $$ select d.created_at, d.next_attempt_at, d.lease_expires_at from perf_internal.alert_deliveries as d $$,
    $$ values (
        '2020-01-06 10:11+00'::timestamptz, '2020-01-06 11:10+00'::timestamptz, '2020-01-06 11:10+00'::timestamptz
    ) $$,
    'a lease that can be is kept'
);

-- It is told, ten years ahead again.
select perf.complete_alert_delivery(d.id, 2, '2030-01-06 10:00+00') from perf_internal.alert_deliveries as d;
select is(
    perf_internal.correct_alert_times('2030-01-06 08:00+00'), 0::bigint, 'given a repeat that is not too far off'
);
select is(perf_internal.correct_alert_times('2020-01-06 10:20+00'), 1::bigint, 'of now it is');
select is(pg_temp.send('2020-01-06 13:19+00'), 0::bigint, 'so it is repeated repeat_interval from now');
select is(pg_temp.send('2020-01-06 13:20+00'), 1::bigint, 'and no later');

set local role perf_notifier;
select throws_ok($$ select perf_internal.correct_alert_times() $$, '42501', null, 'only our functions call it');

select * from finish();
rollback;
