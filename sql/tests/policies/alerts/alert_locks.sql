begin;
select plan(7);

select is((select count(*) from perf_internal.alert_locks), 256::bigint, 'there are 256 locks');

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf_internal.alert_locks for update', '42501', null, 'an admin by token takes none'
);
reset role;
select throws_ok(
    format('set local role %I; select * from perf_internal.alert_locks', r.name),
    '42501',
    null,
    r.name || ' neither'
)
from unnest('{perf_admin,perf_recorder,perf_analyst,service_role,anon}'::text[]) as r (name);

select * from finish();
rollback;
