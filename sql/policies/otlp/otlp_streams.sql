-- No grant, and a policy that lets nobody in: only perf_internal.record_otlp_points() uses it, with the
-- rights of the owner.
alter table perf_internal.otlp_streams enable row level security;

drop policy if exists otlp_streams_all_nobody on perf_internal.otlp_streams;
create policy otlp_streams_all_nobody on perf_internal.otlp_streams
    for all to perf_admin
    using (false);
