-- No grant, and a policy that lets nobody in. Only recording functions read and write it, as its
-- owner.
alter table perf_internal.ab_units enable row level security;

drop policy if exists ab_units_all_nobody on perf_internal.ab_units;
create policy ab_units_all_nobody on perf_internal.ab_units
    for all to perf_admin
    using (false);
