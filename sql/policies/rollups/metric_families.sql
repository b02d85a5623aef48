-- No policy and no grant: only the owner, as whom recording adds named metrics, reads families.
alter table perf_internal.metric_families enable row level security;
