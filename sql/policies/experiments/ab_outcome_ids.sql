-- No grant and no policy: only recording functions read and write it, as its owner.
alter table perf_internal.ab_outcome_ids enable row level security;
