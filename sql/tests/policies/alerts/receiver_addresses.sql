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
-- service_role of Supabase has bypassrls: only the missing grant keeps it out.
select is(
    pg_temp.as_role(r.rolname, 'select * from perf_internal.receiver_addresses'),
    case when r.rolbypassrls then '1' else '0' end,
    r.rolname || ' reads none, whatever it is granted, unless it bypasses row level security'
)
from pg_roles as r
where r.rolname in (
    'anon', 'authenticated', 'service_role', 'perf_admin', 'perf_analyst', 'perf_recorder',
    'perf_notifier'
);
select is(
    pg_temp.as_role(r.rolname, 'update perf_internal.receiver_addresses set address = address'),
    case when r.rolbypassrls then '1' else '0' end,
    r.rolname || ' changes none, unless it bypasses row level security'
)
from pg_roles as r
where r.rolname in (
    'anon', 'authenticated', 'service_role', 'perf_admin', 'perf_analyst', 'perf_recorder',
    'perf_notifier'
);
select ok(
    (select t.relrowsecurity from pg_class as t where t.oid = 'perf_internal.receiver_addresses'::regclass)
        and not exists (
            select from pg_policy as p
            where p.polrelid = 'perf_internal.receiver_addresses'::regclass
                and pg_get_expr(p.polqual, p.polrelid) <> 'false'
        ),
    'the table has row level security and no policy that shows a row'
);

select * from finish();
rollback;
