begin;
select plan(8);

insert into perf_internal.otlp_streams (stream_id) values
    ('20000000-0000-4000-8000-000000000000');

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf_internal.otlp_streams', '42501', null, 'an admin by token reads none'
);
select throws_ok(
    'delete from perf_internal.otlp_streams', '42501', null, 'nor deletes one'
);
reset role;
select throws_ok(
    format('set local role %I; select * from perf_internal.otlp_streams', r.name),
    '42501',
    null,
    r.name || ' neither'
)
from unnest('{perf_admin,perf_recorder,perf_analyst,service_role,anon}'::text[]) as r (name);
reset role;
select is((select count(*) from perf_internal.otlp_streams), 1::bigint, 'the owner does');

select * from finish();
rollback;
