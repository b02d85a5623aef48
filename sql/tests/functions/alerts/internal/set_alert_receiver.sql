begin;
select plan(24);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf_internal.raise_alert('drift', 'warning', null, null, 'It drifts.', as_of => '2020-01-06 10:00+00');
select perf_internal.raise_alert('drift', 'warning', 'sdxl', null, 'It drifts.', as_of => '2020-01-06 10:00+00');
select perf_internal.clear_alert('drift', 'sdxl', null, as_of => '2020-01-06 10:10+00');

create temporary table added as
select perf_internal.set_alert_receiver(
    ' ops ', 'webhook', 'https://h.example/first-secret', '{}', 'info', '{alert_type}', '10 s', '1 hour',
    true, '{"Authorization": "Bearer old-token"}', '5 s', true, '2020-01-06 11:00+00'
) as id;
select results_eq(
    $$ select r.id, r.receiver_name, r.kind, r.minimum_severity, r.group_by, r.group_wait, r.repeat_interval,
           r.timeout, r.enabled, r.created_at, r.updated_at
       from perf.alert_receivers as r $$,
    $$ select a.id, 'ops', 'webhook', 'info', '{alert_type}'::text[], interval '10 s', interval '1 hour',
           interval '5 s', true, '2020-01-06 11:00+00'::timestamptz, '2020-01-06 11:00+00'::timestamptz
       from added as a $$,
    'adds a receiver'
);
select results_eq(
    $$ select s.address, s.headers from perf_internal.receiver_addresses as s $$,
    $$ values ('https://h.example/first-secret', '{"Authorization": "Bearer old-token"}'::jsonb) $$,
    'with address and headers where nobody reads them'
);
select results_eq(
    $$ select e.event, o.deliver_after
       from perf_internal.alert_outbox as o join perf.alert_events as e on e.id = o.event_id $$,
    $$ values ('opened', '2020-01-06 11:00:10+00'::timestamptz) $$,
    'it is to be told of what is open'
);
select is(
    perf_internal.set_alert_receiver('ops', 'slack', as_of => '2020-01-06 12:00+00'),
    (select a.id from added as a),
    'the same name is the same receiver'
);
select results_eq(
    $$ select r.kind, r.minimum_severity, r.created_at, r.updated_at, s.address, s.headers
       from perf.alert_receivers as r join perf_internal.receiver_addresses as s on s.receiver_id = r.id $$,
    $$ values ('slack', 'warning', '2020-01-06 11:00+00'::timestamptz, '2020-01-06 12:00+00'::timestamptz,
           'https://h.example/first-secret', '{"Authorization": "Bearer old-token"}'::jsonb) $$,
    'everything is replaced but address and headers'
);
select perf_internal.set_alert_receiver('ops', 'slack', 'https://h.example/second-secret');
select results_eq(
    $$ select s.address, s.headers from perf_internal.receiver_addresses as s $$,
    $$ values ('https://h.example/second-secret', '{"Authorization": "Bearer old-token"}'::jsonb) $$,
    'headers are kept for another address of the host'
);
select throws_ok(
    format($$ select perf_internal.set_alert_receiver('ops', 'slack', %L) $$, a.address),
    '22023',
    'headers must be given with an address of another host: those that are kept may be secret',
    a.address || ' does not get them'
)
from unnest(array[
    'https://evil.example/', 'http://h.example/', 'https://h.example:444/', 'env:PGKIT_RECEIVER_X',
    'https://h.example.evil.example'
]) as a (address);
select lives_ok(
    $$ select perf_internal.set_alert_receiver('ops', 'slack', 'https://evil.example/', headers => '{}') $$,
    'unless it is said what it gets'
);
select is((select s.headers from perf_internal.receiver_addresses as s), '{}', 'and then it gets that');

select perf_internal.set_alert_receiver('ops', 'webhook', 'https://h.example/secret', headers => '{"A": "hidden"}');
create function pg_temp.said(statement text) returns text
language plpgsql as $$
declare
    v_message text;
    v_detail text;
    v_hint text;
begin
    execute statement;
    return 'nothing';
exception
    when others then
        get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail, v_hint = pg_exception_hint;
        return concat_ws(' ', v_message, v_detail, v_hint);
end
$$;
select unalike(pg_temp.said(s.statement), '%hidden%', 'no old secret in an error of ' || s.statement)
from unnest(array[
    $$select perf_internal.set_alert_receiver('ops', 'email')$$,
    $$select perf_internal.set_alert_receiver('ops', 'webhook', headers => '[]')$$,
    $$select perf_internal.set_alert_receiver('ops', 'webhook', timeout => '1 hour')$$
]) as s (statement);
select throws_ok(
    $$select perf_internal.set_alert_receiver('ops', 'email', headers => '{}')$$,
    '22023',
    'address must be smtp://user:password@host:port/?from=...&to=... with from and to, smtps:// or env:PGKIT_RECEIVER_NAME',
    'the address that is kept must fit the kind'
);
select throws_ok(s.statement, s.state, s.message, s.message)
from (values
    ($$select perf_internal.set_alert_receiver('new', 'slack')$$, '22023', 'address must be given for a new receiver'),
    ($$select perf_internal.set_alert_receiver(' ', 'slack', 'https://h')$$, '22023',
        'receiver_name must have 1 to 200 characters, got ""'),
    ($$select perf_internal.set_alert_receiver('new', 'slack', 'https://h', minimum_severity => 'bad')$$, '22023',
        'minimum_severity must be info, warning or critical, got "bad"'),
    ($$select perf_internal.set_alert_receiver('new', 'slack', 'https://h', group_by => '{a,null}')$$, '22023',
        'group_by must be a list of at most 20 names of labels')
) as s (statement, state, message);
select throws_ok(
    $$select perf_internal.set_alert_receiver('new', 'slack', 'https://h', repeat_interval => '1 s')$$, '23514', null,
    'a constraint refuses a bad interval'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.set_alert_receiver('mine', 'slack', 'https://h') $$, '42501', 'this needs the role admin',
    'an analyst by token may not'
);
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok($$ select perf.set_alert_receiver('mine', 'slack', 'https://h') $$, 'an admin by token may');

select * from finish();
rollback;
