-- security definer: nobody else reads the default partition by itself, and this says only how many.
create or replace function perf_internal.count_default_calls()
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select count(*) from perf_internal.performance_metrics_raw_default as r;
$$;

comment on function perf_internal.count_default_calls is
    'Calls outside every daily partition.';

revoke execute on function perf_internal.count_default_calls from public;
grant execute on function perf_internal.count_default_calls
    to authenticated, service_role, perf_admin, perf_analyst;
