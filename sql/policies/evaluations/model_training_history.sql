alter table perf.model_training_history enable row level security;

grant select on perf.model_training_history
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists model_training_history_select_reader on perf.model_training_history;
create policy model_training_history_select_reader on perf.model_training_history
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists model_training_history_select_login on perf.model_training_history;
create policy model_training_history_select_login on perf.model_training_history
    for select to service_role, perf_admin, perf_analyst
    using (true);
