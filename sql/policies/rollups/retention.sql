alter table perf.retention enable row level security;

grant select on perf.retention
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists retention_select_reader on perf.retention;
create policy retention_select_reader on perf.retention
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists retention_select_login on perf.retention;
create policy retention_select_login on perf.retention
    for select to service_role, perf_admin, perf_analyst
    using (true);

grant update (keep) on perf.retention to authenticated, service_role, perf_admin;

drop policy if exists retention_update_admin on perf.retention;
create policy retention_update_admin on perf.retention
    for update to authenticated
    using ((select perf.has_role((select perf_internal.get_user_id()), 'admin')))
    with check ((select perf.has_role((select perf_internal.get_user_id()), 'admin')));

drop policy if exists retention_update_login on perf.retention;
create policy retention_update_login on perf.retention
    for update to service_role, perf_admin
    using (true)
    with check (true);
