-- No grant, and a policy that lets nobody in. Queries of perf_internal.otlp_summaries reach
-- these rows, and the policies of that table decide. ensure_partitions() makes the daily partitions
-- in the same way.
alter table perf_internal.otlp_summaries_default enable row level security;

drop policy if exists otlp_summaries_default_all_nobody on perf_internal.otlp_summaries_default;
create policy otlp_summaries_default_all_nobody on perf_internal.otlp_summaries_default
    for all to perf_admin
    using (false);
