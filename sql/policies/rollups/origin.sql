-- A materialized view cannot have row level security; this one says nothing about anybody.
grant select on perf_internal.origin to authenticated, service_role, perf_admin, perf_analyst;
