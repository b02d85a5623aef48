-- Without a lock, for it may read the whole day; drop_raw_day() asks again for what came since.
create or replace function perf_internal.check_raw_day(day date)
returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
    select format('%s buckets differ from their raw calls, first %s', count(*), min(v.time_bucket))
    from perf.verify_performance_metrics(
        check_raw_day.day::timestamp at time zone 'UTC',
        (check_raw_day.day + 1)::timestamp at time zone 'UTC'
    ) as v
    where v.granularity <> 'weekly'
    having count(*) > 0;
$$;

comment on function perf_internal.check_raw_day is
    'Why the raw calls of a day may not be dropped; null when the rollups say the same.';

revoke execute on function perf_internal.check_raw_day from public;
