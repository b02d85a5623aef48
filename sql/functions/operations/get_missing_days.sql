-- security definer: nobody else reads the default partition by itself, and this says only days.
create or replace function perf_internal.get_missing_days(
    as_of timestamptz,
    days_ahead integer
)
returns table (day date)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
    select d.day
    from (
        select (get_missing_days.as_of at time zone 'UTC')::date + g as day
        from generate_series(0, get_missing_days.days_ahead) as g
        union
        select distinct (r.call_timestamp at time zone 'UTC')::date
        from perf_internal.performance_metrics_raw_default as r
        where r.call_timestamp >= date_trunc(
            'day',
            get_missing_days.as_of - coalesce(
                (select t.keep from perf.retention as t where t.level = 'raw'),
                '1000 years'
            ),
            'UTC'
        )
    ) as d
    where not exists (
        select 1
        from perf_internal.raw_partitions as p
        where p.day = d.day
    );
$$;

comment on function perf_internal.get_missing_days is
    'Days that should have a partition: the next ones, and those of calls in the default partition that retention still keeps.';

revoke execute on function perf_internal.get_missing_days from public;
grant execute on function perf_internal.get_missing_days
    to authenticated, service_role, perf_admin, perf_analyst;
