create or replace function perf_internal.get_month(
    at timestamptz,
    time_zone text,
    is_next boolean default false
)
returns timestamptz
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.get_zone_bucket(
        timezone(
            get_month.time_zone,
            date_trunc('month', timezone(get_month.time_zone, get_month.at))
                + case when get_month.is_next then interval '1 month' else interval '0' end
        ),
        'daily',
        get_month.time_zone
    );
$$;

comment on function perf_internal.get_month is
    'The first hour (UTC) that starts in the month of a time zone in which a time lies, or in the next month.';

revoke execute on function perf_internal.get_month from public;
grant execute on function perf_internal.get_month
    to authenticated, service_role, perf_admin, perf_analyst;
