begin;
select plan(21);
set local intervalstyle = 'postgres';

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/secret', headers => '{"A": "b"}', timeout => '7 s');
select perf_internal.raise_alert('drift', 'warning', null, null, 'm', as_of => '2020-01-06 10:00+00');
create temporary table first as
select * from perf_internal.claim_alert_deliveries('w1', '1 minute', as_of => '2020-01-06 10:00+00');
select results_eq(
    $$ select f.receiver_name, f.kind, f.address, f.headers, f.timeout, f.attempt_count, f.payload ->> 'status' from first as f $$,
    $$ values ('ops', 'webhook', 'https://h.example/secret', '{"A": "b"}'::jsonb, interval '7 s', 1, 'firing') $$,
    'gives a message and where to send it'
);
select results_eq(
    $$ select d.claimed_by, d.lease_expires_at, d.next_attempt_at from perf_internal.alert_deliveries as d $$,
    $$ values ('w1', '2020-01-06 10:01+00'::timestamptz, '2020-01-06 10:01+00'::timestamptz) $$,
    'for the time of the lease'
);
select is_empty(
    $$ select from perf_internal.claim_alert_deliveries('w2', as_of => '2020-01-06 10:00:59+00') $$,
    'nobody else gets it meanwhile'
);
select results_eq(
    $$ select c.delivery_id, c.payload, c.attempt_count
       from perf_internal.claim_alert_deliveries('w2', as_of => '2020-01-06 10:01+00') as c $$,
    $$ select f.delivery_id, f.payload, 2 from first as f $$,
    'when the lease is over it is given again, the same'
);
select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/moved');
select results_eq(
    $$ select c.address, c.payload
       from perf_internal.claim_alert_deliveries('w2', as_of => '2020-01-06 10:02+00') as c $$,
    $$ select 'https://h.example/moved', f.payload from first as f $$,
    'to the address of now'
);
select is(
    perf_internal.complete_alert_delivery(f.delivery_id, f.attempt_count), false, 'the first worker comes too late'
) from first as f;
select is(
    perf_internal.complete_alert_delivery(f.delivery_id, 3, '2020-01-06 10:02+00'), true, 'the last one does not'
) from first as f;
select is_empty(
    $$ select from perf_internal.claim_alert_deliveries('w2', as_of => '2020-01-06 10:10+00') $$, 'then there is nothing to do'
);

-- Shares.
select perf.set_alert_receiver('many', 'webhook', 'https://h.example', '{"alert_type": "many"}', group_by => '{n}');
select perf.set_alert_receiver('few', 'webhook', 'https://h.example', '{"alert_type": "few"}', group_by => '{n}');
delete from perf.alert_receivers where receiver_name = 'ops';
select perf_internal.raise_alert(
    a.type, 'warning', null, null, 'm', as_of => '2020-01-06 11:00+00', labels => jsonb_build_object('n', a.n)
)
from (select 'many', n from generate_series(1, 120) as n union all select 'few', n from generate_series(1, 3) as n) as a (type, n);
create temporary table shared as
select * from perf_internal.claim_alert_deliveries('w', max_deliveries => 7, as_of => '2020-01-06 11:00+00');
select results_eq(
    $$ select s.receiver_name, count(*) from shared as s group by 1 order by 1 $$,
    $$ values ('few', 3::bigint), ('many', 4::bigint) $$,
    'a receiver with many messages takes no place from one with few'
);
select is(
    (select count(*) from perf_internal.alert_deliveries as d where d.delivered_at is null and d.gave_up_at is null), 103::bigint,
    'at most 100 messages of a receiver are made at once'
);
select is(
    (select count(*) from perf_internal.claim_alert_deliveries('w', as_of => '2020-01-06 11:00:01+00')), 6::bigint,
    'a receiver has at most 10 messages out'
);
select is(
    (select count(*) from perf_internal.claim_alert_deliveries('w', as_of => '2020-01-06 11:00:02+00')), 0::bigint, 'and no more'
);
select perf_internal.complete_alert_delivery(s.delivery_id, 1, '2020-01-06 11:00:03+00') from shared as s where s.receiver_name = 'many';
select is(
    (select count(*) from perf_internal.claim_alert_deliveries('w', as_of => '2020-01-06 11:00:03+00')), 4::bigint,
    'until some are delivered'
);
update perf.alert_receivers set enabled = false;
select is(
    (select count(*) from perf_internal.claim_alert_deliveries('w', as_of => '2020-01-06 12:00+00')), 0::bigint,
    'a receiver that is disabled gets nothing'
);

select throws_ok(s.statement, '22023', s.message, s.message)
from (values
    ($$select perf.claim_alert_deliveries('w', '0')$$, 'lease must be between 1 second and 1 hour, got 00:00:00'),
    ($$select perf.claim_alert_deliveries('w', null)$$, 'lease must be between 1 second and 1 hour, got null'),
    ($$select perf.claim_alert_deliveries('w', max_deliveries => 0)$$, 'max_deliveries must be between 1 and 1000, got 0'),
    ($$select perf.claim_alert_deliveries(null)$$, 'worker must have 1 to 200 characters, got null'),
    ($$select perf.claim_alert_deliveries('w', as_of => null)$$, 'as_of must be a point in time, got null')
) as s (statement, message);

set local role perf_notifier;
select lives_ok($$ select perf.claim_alert_deliveries('w') $$, 'perf_notifier may claim');
set local role perf_admin;
select throws_ok($$ select perf.claim_alert_deliveries('w') $$, '42501', null, 'perf_admin may not');

select * from finish();
rollback;
