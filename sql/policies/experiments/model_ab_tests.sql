alter table perf.model_ab_tests enable row level security;

grant select on perf.model_ab_tests
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_ab_tests_select_reader on perf.model_ab_tests;
create policy model_ab_tests_select_reader on perf.model_ab_tests
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
