-- Without a lock, for it may read the whole range; drop_raw_range() asks again for rows that came
-- since.
create or replace function perf_internal.check_raw_range(
    pipeline text,
    range_start timestamptz,
    range_end timestamptz
)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if perf_internal.has_pending_rows(
        check_raw_range.pipeline, check_raw_range.range_start, check_raw_range.range_end
    ) then
        return 'some of its rows are not rolled up yet';
    end if;
    return (
        select format(
            '%s buckets differ from their raw rows, first %s', count(*), min(v.time_bucket)
        )
        from perf.verify_performance_metrics(
            check_raw_range.range_start, check_raw_range.range_end, check_raw_range.pipeline
        ) as v
        where v.granularity <> 'weekly'
        having count(*) > 0
    );
end
$$;

comment on function perf_internal.check_raw_range is
    'Why the raw rows of a range may not be dropped; null when the rollups say the same.';

revoke execute on function perf_internal.check_raw_range from public;
