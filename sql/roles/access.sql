-- Roles belong to the whole cluster, so another database may have made them, or may be making them
-- now. The first three are the ones that PostgREST and Supabase use. The role that migrates becomes
-- an admin.
do $$
declare
    v_role text;
begin
    foreach v_role in array array[
        'anon', 'authenticated', 'service_role', 'perf_admin', 'perf_analyst', 'perf_recorder',
        'perf_notifier'
    ] loop
        begin
            if to_regrole(v_role) is null then
                execute format('create role %I nologin', v_role);
            end if;
        exception
            when duplicate_object or unique_violation then
                null;
        end;
    end loop;
    begin
        if not pg_has_role(current_user, 'perf_admin', 'member') then
            grant perf_admin to current_user;
        end if;
    exception
        when unique_violation then
            null;
    end;
end
$$;
