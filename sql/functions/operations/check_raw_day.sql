-- Without a lock, for it may read the whole day; drop_raw_day() asks again for calls that came since.
create or replace function perf_internal.check_raw_day(day date)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_start timestamptz := check_raw_day.day::timestamp at time zone 'UTC';
    v_end timestamptz := (check_raw_day.day + 1)::timestamp at time zone 'UTC';
begin
    if exists (
        select 1
        from perf_internal.summarize_calls(true, start_time => v_start, end_time => v_end) as c
    ) then
        return 'some of its calls are not rolled up yet';
    end if;
    return (
        select format(
            '%s buckets differ from their raw calls, first %s', count(*), min(v.time_bucket)
        )
        from perf.verify_performance_metrics(v_start, v_end) as v
        where v.granularity <> 'weekly'
        having count(*) > 0
    );
end
$$;

comment on function perf_internal.check_raw_day is
    'Why the raw calls of a day may not be dropped; null when the rollups say the same.';

revoke execute on function perf_internal.check_raw_day from public;
