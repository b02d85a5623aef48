alter table perf.worker_availability enable row level security;

grant select on perf.worker_availability
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists worker_availability_select_reader on perf.worker_availability;
create policy worker_availability_select_reader on perf.worker_availability
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists worker_availability_select_login on perf.worker_availability;
create policy worker_availability_select_login on perf.worker_availability
    for select to service_role, perf_admin, perf_analyst
    using (true);
