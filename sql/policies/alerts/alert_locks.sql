-- No grant, and a policy that lets nobody in. Only functions of the owner take these locks.
alter table perf_internal.alert_locks enable row level security;

drop policy if exists alert_locks_all_nobody on perf_internal.alert_locks;
create policy alert_locks_all_nobody on perf_internal.alert_locks
    for all to perf_admin
    using (false);
