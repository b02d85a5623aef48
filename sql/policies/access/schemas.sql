grant usage on schema perf
    to anon, authenticated, service_role, perf_admin, perf_analyst, perf_recorder, perf_notifier;
grant usage on schema perf_internal
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder, perf_notifier;

-- Somebody else's schema auth is left as it is.
do $$
begin
    if obj_description(to_regnamespace('auth'), 'pg_namespace') = 'created by pgkit' then
        grant usage on schema auth
            to anon, authenticated, service_role, perf_admin, perf_analyst, perf_recorder, perf_notifier;
    end if;
end
$$;
