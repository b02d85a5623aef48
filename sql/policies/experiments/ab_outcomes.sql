alter table perf.ab_outcomes enable row level security;

grant select on perf.ab_outcomes
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists ab_outcomes_select_reader on perf.ab_outcomes;
create policy ab_outcomes_select_reader on perf.ab_outcomes
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists ab_outcomes_select_login on perf.ab_outcomes;
create policy ab_outcomes_select_login on perf.ab_outcomes
    for select to service_role, perf_admin, perf_analyst
    using (true);
