begin;
select plan(5);

select perf.set_alert_receiver('all', 'webhook', 'https://a.example', minimum_severity => 'info');
select perf.set_alert_receiver(
    'some', 'webhook', 'https://a.example', '{"model": ["a", "b"]}', 'warning'
);

create function pg_temp.is_for(name text, severity text, labels jsonb) returns boolean
language sql as $$
    select perf_internal.is_alert_for(r, is_for.severity, is_for.labels)
    from perf.alert_receivers as r
    where r.receiver_name = is_for.name;
$$;

select ok(pg_temp.is_for('all', 'info', '{}'), 'a receiver with {} takes every alert');
select ok(pg_temp.is_for('some', 'warning', '{"model": "b"}'), 'one with a matcher takes what matches');
select ok(pg_temp.is_for('some', 'critical', '{"model": "b"}'), 'also what is more severe');
select ok(not pg_temp.is_for('some', 'info', '{"model": "b"}'), 'not what is less severe');
select ok(not pg_temp.is_for('some', 'critical', '{"model": "c"}'), 'not what does not match');

select * from finish();
rollback;
