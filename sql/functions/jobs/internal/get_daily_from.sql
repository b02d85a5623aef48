create or replace function perf_internal.get_daily_from()
returns date
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (max(t.deleted_before) + interval '1 day' - interval '1 microsecond')
            at time zone 'UTC',
        '0001-01-01'
    )::date
    from perf.retention as t
    where t.pipeline in ('jobs', 'calls')
        and t.level = 'daily';
$$;

comment on function perf_internal.get_daily_from is
    'The first day (UTC) of which retention has removed no daily rollup of jobs or calls: what the daily log says of earlier days stays.';

revoke execute on function perf_internal.get_daily_from from public;
grant execute on function perf_internal.get_daily_from
    to authenticated, service_role, perf_admin, perf_analyst;
