-- No grant, and a policy that lets nobody in. Only the owner, as whom recording adds named metrics,
-- reads families.
alter table perf_internal.metric_families enable row level security;

drop policy if exists metric_families_all_nobody on perf_internal.metric_families;
create policy metric_families_all_nobody on perf_internal.metric_families
    for all to perf_admin
    using (false);
