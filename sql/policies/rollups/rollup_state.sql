alter table perf_internal.rollup_state enable row level security;

grant select on perf_internal.rollup_state
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists rollup_state_select_reader on perf_internal.rollup_state;
create policy rollup_state_select_reader on perf_internal.rollup_state
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists rollup_state_select_login on perf_internal.rollup_state;
create policy rollup_state_select_login on perf_internal.rollup_state
    for select to service_role, perf_admin, perf_analyst
    using (true);
