-- A day or week begins a microsecond after the last moment of the one before. Where clocks change
-- at midnight, midnight itself may come twice or not at all, but the moment before it comes once.
-- Its search_path is not pinned, so that PostgreSQL inlines it: statements that read thousands of
-- rollups use it, and other machines must be able to run them.
create or replace function perf_internal.get_zone_bucket(
    at timestamptz,
    granularity text,
    time_zone text
)
returns timestamptz
language sql
immutable
parallel safe
as $$
    select pg_catalog.timezone(
        'UTC',
        pg_catalog.date_trunc(
            'hour',
            pg_catalog.timezone(
                'UTC',
                pg_catalog.timezone(
                    get_zone_bucket.time_zone,
                    pg_catalog.date_trunc(
                        case
                            when get_zone_bucket.granularity operator(pg_catalog.=) 'weekly'
                                then 'week'
                            else 'day'
                        end,
                        pg_catalog.timezone(get_zone_bucket.time_zone, get_zone_bucket.at)
                    ) operator(pg_catalog.-) interval '1 microsecond'
                )
            )
        ) operator(pg_catalog.+) interval '1 hour'
    );
$$;

comment on function perf_internal.get_zone_bucket is
    'The first hour (UTC) that starts in the day or week (granularity: daily, weekly; from Monday) of a time zone in which a time lies.';

revoke execute on function perf_internal.get_zone_bucket from public;
grant execute on function perf_internal.get_zone_bucket
    to authenticated, service_role, perf_admin, perf_analyst;
