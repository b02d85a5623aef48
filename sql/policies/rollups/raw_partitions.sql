alter table perf_internal.raw_partitions enable row level security;

grant select on perf_internal.raw_partitions
    to authenticated, service_role, perf_admin, perf_analyst;

drop policy if exists raw_partitions_select_reader on perf_internal.raw_partitions;
create policy raw_partitions_select_reader on perf_internal.raw_partitions
    for select to authenticated, service_role, perf_admin, perf_analyst
    using ((select perf_internal.has_any_role('analyst')));
