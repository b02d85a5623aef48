-- No grant, and a policy that lets nobody in. Only recording functions read and write it, as its
-- owner.
alter table perf_internal.ab_outcome_ids enable row level security;

drop policy if exists ab_outcome_ids_all_nobody on perf_internal.ab_outcome_ids;
create policy ab_outcome_ids_all_nobody on perf_internal.ab_outcome_ids
    for all to perf_admin
    using (false);
