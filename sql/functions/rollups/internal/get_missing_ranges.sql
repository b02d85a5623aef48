-- A run locks every partition and its indexes, and a server has room for some thousand locks. So
-- partitions are months where raw rows are kept for long.
create or replace function perf_internal.get_missing_ranges(
    pipeline text,
    as_of timestamptz,
    days_ahead integer,
    max_ranges integer default 30
)
returns table (range_start timestamptz, range_end timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
    with wanted as (
        select
            g.range_start,
            g.range_start + l.partition_width as range_end,
            date_trunc('month', g.range_start, 'UTC') as month_start,
            t.keep is null or t.keep > interval '90 days' as is_kept_long
        from perf_internal.get_pipeline(get_missing_ranges.pipeline) as l
        left join perf.retention as t on t.pipeline = l.pipeline and t.level = 'raw'
        cross join lateral (
            select generate_series(
                date_trunc(
                    case l.partition_width when '1 day' then 'day' else 'month' end,
                    get_missing_ranges.as_of,
                    'UTC'
                ),
                get_missing_ranges.as_of + make_interval(days => get_missing_ranges.days_ahead),
                l.partition_width
            )
            union
            select d.range_start
            from perf_internal.get_default_ranges(l.pipeline) as d
            where d.range_end > get_missing_ranges.as_of - coalesce(t.keep, '1000 years')
        ) as g (range_start)
    ),
    made as (
        select p.range_start, p.range_end
        from perf_internal.raw_partitions as p
        where p.pipeline = get_missing_ranges.pipeline
    ),
    missing as (
        select distinct
            case when x.is_month then w.month_start else w.range_start end as range_start,
            case when x.is_month then w.month_start + interval '1 month' else w.range_end end
                as range_end
        from wanted as w
        cross join lateral (
            select w.is_kept_long and not exists (
                select
                from made as m
                where m.range_start < w.month_start + interval '1 month'
                    and m.range_end > w.month_start
            ) as is_month
        ) as x
        where not exists (
            select
            from made as m
            where m.range_start <= w.range_start
                and m.range_end > w.range_start
        )
    )
    select n.range_start, n.range_end
    from missing as n
    order by
        n.range_end <= get_missing_ranges.as_of,
        abs(extract(epoch from n.range_start - get_missing_ranges.as_of))
    limit get_missing_ranges.max_ranges;
$$;

comment on function perf_internal.get_missing_ranges is
    'Ranges of time that should have a partition, at most max_ranges: the next ones first, then those of rows in the default partition that retention still keeps, the newest first. Months where raw rows are kept for more than 90 days.';

revoke execute on function perf_internal.get_missing_ranges from public;
grant execute on function perf_internal.get_missing_ranges
    to authenticated, service_role, perf_admin, perf_analyst;
