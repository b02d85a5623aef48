alter table perf.ab_outcomes enable row level security;

grant select on perf.ab_outcomes
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists ab_outcomes_select_reader on perf.ab_outcomes;
create policy ab_outcomes_select_reader on perf.ab_outcomes
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
