alter table perf_internal.worker_runs enable row level security;

grant select on perf_internal.worker_runs
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists worker_runs_select_reader on perf_internal.worker_runs;
create policy worker_runs_select_reader on perf_internal.worker_runs
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
