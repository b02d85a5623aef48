-- No grant and no policy: queries of perf.ab_outcomes reach these rows, and the policies of
-- that table decide. ensure_partitions() makes the daily partitions in the same way.
alter table perf_internal.ab_outcomes_default enable row level security;
