create or replace function perf.get_model_log_times(
    start_date date default (now() at time zone 'UTC')::date - 29,
    end_date date default (now() at time zone 'UTC')::date + 1,
    max_rows integer default 1000
)
returns table (
    model_type text,
    avg_time_ms double precision,
    min_daily_avg_time_ms bigint,
    max_daily_avg_time_ms bigint,
    daily_avg_time_stddev double precision,
    timed_generations bigint,
    data_points bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_model_log_times.max_rows);
    return query
    select
        l.model_type::text,
        (
            sum(l.avg_generation_time_ms::float8 * l.timed_generations)
            / nullif(sum(l.timed_generations), 0)
        )::float8,
        min(l.avg_generation_time_ms),
        max(l.avg_generation_time_ms),
        stddev_samp(l.avg_generation_time_ms::float8),
        sum(l.timed_generations)::bigint,
        count(*)
    from perf_internal.read_model_log(
        get_model_log_times.start_date, get_model_log_times.end_date
    ) as l
    where l.timed_generations > 0
    group by l.model_type
    order by 2, 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_log_times.max_rows, v_row_count);
end
$$;

comment on function perf.get_model_log_times is
    'Mean time of the successful generations of every model type over a range of days (UTC), fastest first, from start_date to before end_date, and how far the means of its days differ: the smallest, the largest and their standard deviation, null for one day. They are of days, not of single generations. data_points are the days that have times. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_model_log_times from public;
grant execute on function perf.get_model_log_times
    to authenticated, service_role, perf_admin, perf_analyst;
