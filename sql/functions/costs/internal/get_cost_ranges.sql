-- Rollups say nothing about the time within a bucket, so a range is cut at the changes of a price, and
-- a day or week in which a price changes is read as two ranges. Where the hours or days that this needs
-- are gone, the cut moves to the next bucket that is kept.
create or replace function perf_internal.get_cost_ranges(
    start_time timestamptz,
    end_time timestamptz,
    granularity text,
    time_zone text,
    changes timestamptz[]
)
returns table (
    time_bucket timestamptz,
    range_start timestamptz,
    range_end timestamptz,
    is_whole boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
    with change as (
        select c.at, perf_internal.get_cover_start('calls', c.at) as cut
        from unnest(get_cost_ranges.changes) as c (at)
    ),
    -- The buckets that are read by parts: all without a granularity and by months, else those in which a
    -- price changes.
    bucket as (
        select
            null::timestamptz as time_bucket,
            get_cost_ranges.start_time as bucket_start,
            get_cost_ranges.end_time as bucket_end
        where get_cost_ranges.granularity is null
        union all
        select
            m.month,
            perf_internal.get_cover_start('calls', m.month),
            perf_internal.get_cover_start(
                'calls',
                perf_internal.get_bucket_end(m.month, 'monthly', get_cost_ranges.time_zone)
            )
        from generate_series(
            0,
            case
                when get_cost_ranges.granularity = 'monthly'
                then (
                    extract(epoch from get_cost_ranges.end_time - get_cost_ranges.start_time)
                        / 86400 / 28
                )::integer + 1
                else -1
            end
        ) as n (number)
        cross join lateral (
            select perf_internal.get_month(
                timezone(
                    get_cost_ranges.time_zone,
                    date_trunc(
                        'month', timezone(get_cost_ranges.time_zone, get_cost_ranges.start_time)
                    ) + make_interval(months => n.number)
                ) + interval '1 day',
                get_cost_ranges.time_zone
            ) as month
        ) as m
        where m.month >= get_cost_ranges.start_time
            and m.month < get_cost_ranges.end_time
        union all
        select distinct b.at, b.at, e.at
        from change as c
        cross join lateral (
            select perf_internal.get_zone_bucket(
                c.at, get_cost_ranges.granularity, get_cost_ranges.time_zone
            ) as at
        ) as b
        cross join lateral (
            select perf_internal.get_bucket_end(
                b.at, get_cost_ranges.granularity, get_cost_ranges.time_zone
            ) as at
        ) as e
        where get_cost_ranges.granularity in ('daily', 'weekly')
            and b.at >= get_cost_ranges.start_time
            and b.at < get_cost_ranges.end_time
            and c.cut > b.at
            and c.cut < e.at
    )
    select
        b.time_bucket,
        e.at,
        lead(e.at, 1, b.bucket_end) over (partition by b.time_bucket order by e.at),
        false
    from bucket as b
    cross join lateral (
        select b.bucket_start as at
        union
        select c.cut
        from change as c
        where c.cut > b.bucket_start
            and c.cut < b.bucket_end
    ) as e
    where b.bucket_start < b.bucket_end
    union all
    select null, get_cost_ranges.start_time, get_cost_ranges.end_time, true
    where get_cost_ranges.granularity in ('hourly', 'daily', 'weekly')
    order by 1 nulls first, 2;
$$;

comment on function perf_internal.get_cost_ranges is
    'Which ranges to read for costs over a time range in which prices change at changes: with is_whole the whole range by its granularity (hourly, daily, weekly), of which the buckets in the other rows are to be left out; else a part of a bucket without a change, where time_bucket is null without a granularity. monthly: the calendar months of time_zone that start in the range.';

revoke execute on function perf_internal.get_cost_ranges from public;
grant execute on function perf_internal.get_cost_ranges
    to authenticated, service_role, perf_admin, perf_analyst;
