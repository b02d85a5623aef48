create or replace function perf_internal.get_default_partition(raw_table text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select split_part(get_default_partition.raw_table, '.', 2) || '_default';
$$;

comment on function perf_internal.get_default_partition is
    'The name, in perf_internal, of the default partition of a raw table.';

revoke execute on function perf_internal.get_default_partition from public;
grant execute on function perf_internal.get_default_partition
    to authenticated, service_role, perf_admin, perf_analyst;
