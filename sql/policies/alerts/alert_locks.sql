-- No policy and no grant: only functions of the owner take these locks.
alter table perf_internal.alert_locks enable row level security;
