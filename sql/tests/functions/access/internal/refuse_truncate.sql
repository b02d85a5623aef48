begin;
select plan(8);

set local timezone = 'UTC';

select lives_ok('truncate perf.user_roles', 'the owner may truncate');

grant truncate on all tables in schema perf, perf_internal
    to anon, authenticated, service_role, perf_admin;
grant usage on schema perf_internal to anon;

set local role perf_admin;
select lives_ok('truncate perf.user_roles', 'perf_admin may, where it has the right');

set local role service_role;
select throws_ok(
    'truncate perf.user_roles',
    '42501',
    'service_role may truncate no table of pgkit',
    'service_role may not, whatever was granted'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok('truncate perf.performance_metrics_raw', '42501', null, 'nor authenticated');
select throws_ok('truncate perf_internal.rollups', '42501', null, 'nor any table of perf_internal');

set local role anon;
select throws_ok(
    'truncate perf.performance_metrics_raw',
    '42501',
    'anon may truncate no table of pgkit',
    'nor anon'
);

reset role;
select perf.ensure_partitions('2020-01-06', 0);
grant truncate on perf_internal.performance_metrics_raw_20200106 to authenticated;
set local role authenticated;
select throws_ok(
    'truncate perf_internal.performance_metrics_raw_20200106',
    '42501',
    'authenticated may truncate no table of pgkit',
    'nor a partition'
);

reset role;
grant perf_admin to anon;
set local role anon;
select throws_ok('truncate perf.user_roles', '42501', null, 'anon may not, also as a member');

select * from finish();
rollback;
