-- No grant and no policy: queries of perf_internal.feature_summaries reach these rows, and the policies of
-- that table decide. ensure_partitions() makes the daily partitions in the same way.
alter table perf_internal.feature_summaries_default enable row level security;
