alter table perf_internal.rollup_state enable row level security;

grant select on perf_internal.rollup_state
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists rollup_state_select_reader on perf_internal.rollup_state;
create policy rollup_state_select_reader on perf_internal.rollup_state
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
