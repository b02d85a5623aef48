begin;
select plan(12);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');

create temporary table raised as
select perf_internal.raise_alert('drift', 'warning', 'sdxl', null, 'It drifts.') as id;
grant select on raised to public;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select ok(perf.acknowledge_alert(r.id, 'we look'), 'an admin acknowledges an alert')
from raised as r;
select results_eq(
    $$ select a.acknowledged_at, a.acknowledged_by, a.acknowledgement_note, a.is_resolved
       from perf.model_alerts as a $$,
    $$ values (now(), 'ada', 'we look', false) $$,
    'now, by name, with a note'
);
select ok(not perf.acknowledge_alert(r.id), 'a second call is false')
from raised as r;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.acknowledge_alert(0) $$, 'PT404', null, 'an admin may ask'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.acknowledge_alert(0) $$, '42501', null, 'an analyst may not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.acknowledge_alert(0) $$, '42501', null, 'a recorder may not'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.acknowledge_alert(0) $$, '42501', null, 'a stranger may not'
);
set local role perf_admin;
select throws_ok(
    $$ select perf.acknowledge_alert(0) $$, 'PT404', null, 'perf_admin may ask'
);
set local role service_role;
select throws_ok(
    $$ select perf.acknowledge_alert(0) $$, 'PT404', null, 'service_role may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.acknowledge_alert(0) $$, '42501', null, 'perf_recorder may not'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf.acknowledge_alert(0) $$, '42501', null, 'perf_analyst may not'
);
set local role anon;
select throws_ok(
    $$ select perf.acknowledge_alert(0) $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
