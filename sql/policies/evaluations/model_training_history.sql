alter table perf.model_training_history enable row level security;

grant select on perf.model_training_history
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_training_history_select_reader on perf.model_training_history;
create policy model_training_history_select_reader on perf.model_training_history
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
