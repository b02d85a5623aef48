-- perf_internal.get_cover() rounds both ends of a range to buckets that are kept, a start and an end
-- not always alike. A range that is cut here is two ranges without a gap, and none counts a bucket
-- that the other counts.
create or replace function perf_internal.get_cover_start(pipeline text, at timestamptz)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when date_bin('1 day', c.hour, o.origin) >= k.hours_from
            and date_bin('7 days', c.hour, o.origin) >= least(k.hours_from, k.days_from)
            then c.hour
        when date_bin('7 days', c.hour, o.origin) >= k.days_from
            then date_bin('1 day', c.hour + interval '1 day' - o.instant, o.origin)
        else date_bin('7 days', c.hour + interval '7 days' - o.instant, o.origin)
    end
    from (
        select
            timestamptz '2001-01-01 00:00+00' as origin,
            interval '1 microsecond' as instant
    ) as o
    cross join lateral (
        select date_bin(
            '1 hour', get_cover_start.at + interval '1 hour' - o.instant, o.origin
        ) as hour
    ) as c
    cross join lateral (
        select
            coalesce(
                max(t.deleted_before) filter (where t.level = 'hourly'), '-infinity'
            ) as hours_from,
            coalesce(
                max(t.deleted_before) filter (where t.level = 'daily'), '-infinity'
            ) as days_from
        from perf.retention as t
        where t.pipeline = get_cover_start.pipeline
    ) as k;
$$;

comment on function perf_internal.get_cover_start is
    'The first time from a time on at which rollups that are kept can be cut: the next whole hour, or where retention has removed hours the next day (UTC), or without days the next week.';

revoke execute on function perf_internal.get_cover_start from public;
grant execute on function perf_internal.get_cover_start
    to authenticated, service_role, perf_admin, perf_analyst;
