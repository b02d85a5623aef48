create or replace function perf_internal.get_granularities()
returns table (granularity text, width interval)
language sql
immutable
set search_path = ''
as $$
    values
        ('hourly', interval '1 hour'),
        ('daily', interval '1 day'),
        ('weekly', interval '7 days');
$$;

comment on function perf_internal.get_granularities is
    'The levels of the rollup; buckets are counted from Monday, 2001-01-01 00:00 UTC.';

revoke execute on function perf_internal.get_granularities from public;
grant execute on function perf_internal.get_granularities
    to authenticated, service_role, perf_admin, perf_analyst;
