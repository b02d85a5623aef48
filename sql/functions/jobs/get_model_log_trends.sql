create or replace function perf.get_model_log_trends(
    start_date date default (now() at time zone 'UTC')::date - 29,
    end_date date default (now() at time zone 'UTC')::date + 1,
    max_rows integer default 1000
)
returns table (
    date date,
    model_type text,
    total_generations bigint,
    successful_generations bigint,
    avg_generation_time_ms bigint,
    avg_quality_rating double precision
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
    perform perf_internal.check_max_rows(get_model_log_trends.max_rows);
    return query
    select
        l.date,
        l.model_type::text,
        l.total_generations,
        l.successful_generations,
        l.avg_generation_time_ms,
        l.avg_quality_rating
    from perf_internal.read_model_log(
        get_model_log_trends.start_date, get_model_log_trends.end_date
    ) as l
    order by l.date desc, l.model_type
    limit get_model_log_trends.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_log_trends.max_rows, v_row_count, 'weekly');
end
$$;

comment on function perf.get_model_log_trends is
    'Generations of every model type by day (UTC), newest day first, from start_date to before end_date: how many, mean time and mean rating of successful ones. No row for a day without generations. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_model_log_trends from public;
grant execute on function perf.get_model_log_trends
    to authenticated, service_role, perf_admin, perf_analyst;
