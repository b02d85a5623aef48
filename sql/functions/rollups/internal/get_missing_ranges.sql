create or replace function perf_internal.get_missing_ranges(
    pipeline text,
    as_of timestamptz,
    days_ahead integer
)
returns table (range_start timestamptz, range_end timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
    select w.range_start, w.range_end
    from perf_internal.get_pipeline(get_missing_ranges.pipeline) as l
    left join perf.retention as t on t.pipeline = l.pipeline and t.level = 'raw'
    cross join lateral (
        select g, g + l.partition_width
        from generate_series(
            date_trunc(
                case l.partition_width when '1 day' then 'day' else 'month' end,
                get_missing_ranges.as_of,
                'UTC'
            ),
            get_missing_ranges.as_of + make_interval(days => get_missing_ranges.days_ahead),
            l.partition_width
        ) as g
        union
        select d.range_start, d.range_end
        from perf_internal.get_default_ranges(l.pipeline) as d
        where d.range_end > get_missing_ranges.as_of - coalesce(t.keep, '1000 years')
    ) as w (range_start, range_end)
    where not exists (
        select 1
        from perf_internal.raw_partitions as p
        where p.pipeline = l.pipeline
            and p.range_start = w.range_start
    );
$$;

comment on function perf_internal.get_missing_ranges is
    'Ranges of time that should have a partition: the next ones, and those of rows in the default partition that retention still keeps.';

revoke execute on function perf_internal.get_missing_ranges from public;
grant execute on function perf_internal.get_missing_ranges
    to authenticated, service_role, perf_admin, perf_analyst;
