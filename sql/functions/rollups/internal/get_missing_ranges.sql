-- security definer: nobody else reads a default partition by itself, and this says only ranges.
-- Dynamic because each pipeline has its own table.
create or replace function perf_internal.get_missing_ranges(
    pipeline text,
    as_of timestamptz,
    days_ahead integer
)
returns table (range_start timestamptz, range_end timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(get_missing_ranges.pipeline);
    v_unit text := case v_pipeline.partition_width when '1 day' then 'day' else 'month' end;
begin
    return query execute format(
        'select w.range_start, w.range_start + $1
        from (
            select g as range_start
            from generate_series(
                date_trunc(%1$L, $2, ''UTC''), $2 + make_interval(days => $3), $1
            ) as g
            union
            select distinct date_trunc(%1$L, r.%2$I, ''UTC'')
            from perf_internal.%3$I as r
            where r.%2$I >= date_trunc(%1$L, $2 - $4, ''UTC'')
        ) as w
        where not exists (
            select 1
            from perf_internal.raw_partitions as p
            where p.pipeline = $5
                and p.range_start = w.range_start
        )',
        v_unit,
        v_pipeline.time_column,
        perf_internal.get_default_partition(v_pipeline.raw_table)
    )
    using
        v_pipeline.partition_width,
        get_missing_ranges.as_of,
        get_missing_ranges.days_ahead,
        coalesce(
            (
                select t.keep
                from perf.retention as t
                where t.pipeline = get_missing_ranges.pipeline
                    and t.level = 'raw'
            ),
            '1000 years'
        ),
        get_missing_ranges.pipeline;
end
$$;

comment on function perf_internal.get_missing_ranges is
    'Ranges of time that should have a partition: the next ones, and those of rows in the default partition that retention still keeps.';

revoke execute on function perf_internal.get_missing_ranges from public;
grant execute on function perf_internal.get_missing_ranges
    to authenticated, service_role, perf_admin, perf_analyst;
