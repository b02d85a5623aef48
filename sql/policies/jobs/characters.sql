alter table perf.characters enable row level security;

grant select on perf.characters
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists characters_select_reader on perf.characters;
create policy characters_select_reader on perf.characters
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists characters_select_login on perf.characters;
create policy characters_select_login on perf.characters
    for select to service_role, perf_admin, perf_analyst
    using (true);
