begin;
select plan(9);

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.record_call('acme/one', 'chat', 1);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select isnt_empty('select from perf.access_settings', 'an analyst by token reads it');
select throws_ok('delete from perf.access_settings', '42501', null, 'and changes nothing');

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is_empty('select from perf.access_settings', 'a recorder by token reads nothing');

set local role perf_admin;
select isnt_empty('select from perf.access_settings', 'perf_admin reads it');
select throws_ok(
    'insert into perf.access_settings default values', '42501', null, 'and adds nothing directly'
);

set local role perf_analyst;
select isnt_empty('select from perf.access_settings', 'perf_analyst reads it');

set local role service_role;
select throws_ok('delete from perf.access_settings', '42501', null, 'service_role changes nothing');

set local role perf_recorder;
select throws_ok('select from perf.access_settings', '42501', null, 'perf_recorder reads nothing');

set local role anon;
select throws_ok('select from perf.access_settings', '42501', null, 'anon reads nothing');

select * from finish();
rollback;
