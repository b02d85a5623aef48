alter table perf.models enable row level security;

grant select on perf.models
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists models_select_reader on perf.models;
create policy models_select_reader on perf.models
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists models_select_login on perf.models;
create policy models_select_login on perf.models
    for select to service_role, perf_admin, perf_analyst
    using (true);
