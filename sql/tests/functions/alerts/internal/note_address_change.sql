begin;
select plan(4);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/first-secret');
update perf.alert_receivers set address_changed_at = '2020-01-06';
update perf_internal.receiver_addresses set address = 'https://h.example/second-secret';
select is(
    (select r.address_changed_at from perf.alert_receivers as r), now(), 'a change of an address leaves its time'
);
set constraints all immediate;
select ok(
    exists (
        select from perf.audit_log as l
        where l.table_name = 'alert_receivers' and l.new_values ? 'address_changed_at'
    ),
    'the audit log has that it changed'
);
select is_empty(
    $$ select from perf.audit_log as l where l::text like '%-secret%' $$, 'and not from what to what'
);
select results_eq(
    $$ select l.action from perf.audit_log as l where l.table_name = 'alert_receivers' order by l.id limit 1 $$,
    $$ values ('insert') $$,
    'it has receivers that are added, too'
);

select * from finish();
rollback;
