-- The longest day has 25 hours, so 26 hours later is in the next day. perf.query_metrics() says it itself,
-- because a call takes seven times as long as the expression, for each of its rows.
create or replace function perf_internal.get_bucket_end(
    bucket_start timestamptz,
    granularity text,
    time_zone text
)
returns timestamptz
language sql
stable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case get_bucket_end.granularity
        when 'hourly' then get_bucket_end.bucket_start + interval '1 hour'
        when 'monthly'
            then perf_internal.get_month(
                get_bucket_end.bucket_start, get_bucket_end.time_zone, true
            )
        else perf_internal.get_zone_bucket(
            get_bucket_end.bucket_start + case
                when get_bucket_end.granularity = 'weekly'
                    then interval '170 hours'
                else interval '26 hours'
            end,
            get_bucket_end.granularity,
            get_bucket_end.time_zone
        )
    end;
$$;

comment on function perf_internal.get_bucket_end is
    'Where the hour, day, week or month (granularity: hourly, daily, weekly, monthly) of a time zone ends that starts at bucket_start: the start of the next one.';

revoke execute on function perf_internal.get_bucket_end from public;
grant execute on function perf_internal.get_bucket_end
    to authenticated, service_role, perf_admin, perf_analyst;
