begin;
select plan(3);

select isnt(perf.set_alert_receiver('ops', 'webhook', 'https://h.example/x'), null, 'adds a receiver and returns its key');
select results_eq(
    $$ select r.matcher, r.minimum_severity, r.group_by, r.group_wait, r.repeat_interval, r.send_resolved, r.timeout, r.enabled, s.headers
       from perf.alert_receivers as r join perf_internal.receiver_addresses as s on s.receiver_id = r.id $$,
    $$ values ('{}'::jsonb, 'warning', '{alert_type}'::text[], interval '0', interval '4 hours', true, interval '10 s', true, '{}'::jsonb) $$,
    'that takes warnings of everything'
);
set local role anon;
select throws_ok($$ select perf.set_alert_receiver('ops', 'webhook') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
