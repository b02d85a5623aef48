alter table perf_internal.job_kinds enable row level security;

grant select on perf_internal.job_kinds
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists job_kinds_select_reader on perf_internal.job_kinds;
create policy job_kinds_select_reader on perf_internal.job_kinds
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
