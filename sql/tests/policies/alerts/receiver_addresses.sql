begin;
select plan(22);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/very-secret', headers => '{"A": "b"}');
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

create function pg_temp.as_role(role name, statement text) returns text
language plpgsql as $$
declare
    v_count bigint;
begin
    execute format('set local role %I', role);
    execute statement;
    get diagnostics v_count = row_count;
    reset role;
    return v_count::text;
exception
    when insufficient_privilege then
        reset role;
        return '42501';
end
$$;
select is(
    pg_temp.as_role(r.role, 'select * from perf_internal.receiver_addresses'), '42501', r.role || ' reads no address'
)
from unnest('{anon,authenticated,service_role,perf_admin,perf_analyst,perf_recorder,perf_notifier}'::text[]) as r (role);

grant usage on schema perf, perf_internal to anon;
grant all on all tables in schema perf, perf_internal
    to anon, authenticated, service_role, perf_admin, perf_analyst, perf_recorder, perf_notifier;
select is(
    pg_temp.as_role(r.role, 'select * from perf_internal.receiver_addresses'), '0', r.role || ' reads none, whatever it is granted'
)
from unnest('{anon,authenticated,service_role,perf_admin,perf_analyst,perf_recorder,perf_notifier}'::text[]) as r (role);
select is(
    pg_temp.as_role(r.role, 'update perf_internal.receiver_addresses set address = address'), '0', r.role || ' changes none'
)
from unnest('{anon,authenticated,service_role,perf_admin,perf_analyst,perf_recorder,perf_notifier}'::text[]) as r (role);
select ok(
    (select t.relrowsecurity from pg_class as t where t.oid = 'perf_internal.receiver_addresses'::regclass)
        and not exists (select from pg_policy as p where p.polrelid = 'perf_internal.receiver_addresses'::regclass),
    'the table has row level security and no policy'
);

select * from finish();
rollback;
