alter table perf_internal.raw_partitions enable row level security;

grant select on perf_internal.raw_partitions
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists raw_partitions_select_reader on perf_internal.raw_partitions;
create policy raw_partitions_select_reader on perf_internal.raw_partitions
    for select to authenticated
    using (
        (select perf.has_role((select perf_internal.get_user_id()), 'analyst'))
        or (select perf.has_role((select perf_internal.get_user_id()), 'admin'))
    );

drop policy if exists raw_partitions_select_login on perf_internal.raw_partitions;
create policy raw_partitions_select_login on perf_internal.raw_partitions
    for select to service_role, perf_admin, perf_analyst
    using (true);
