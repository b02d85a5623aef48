-- No grant, and a policy that lets nobody in. Queries of perf.ab_outcomes reach these rows, and the
-- policies of that table decide. ensure_partitions() makes the daily partitions in the same way.
alter table perf_internal.ab_outcomes_default enable row level security;

drop policy if exists ab_outcomes_default_all_nobody on perf_internal.ab_outcomes_default;
create policy ab_outcomes_default_all_nobody on perf_internal.ab_outcomes_default
    for all to perf_admin
    using (false);
