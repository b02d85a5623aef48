-- A materialized view cannot have row level security. This one holds nothing about users.
grant select on perf_internal.origin to authenticated, service_role, perf_admin, perf_analyst;
