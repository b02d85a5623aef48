create or replace function perf.get_model_log(
    model_type text,
    start_date date default (now() at time zone 'UTC')::date - 29,
    end_date date default (now() at time zone 'UTC')::date + 1,
    max_rows integer default 1000
)
returns setof perf.model_performance_logs
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_given('model_type', get_model_log.model_type);
    perform perf_internal.check_max_rows(get_model_log.max_rows);
    return query
    select l.*
    from perf_internal.read_model_log(
        get_model_log.start_date, get_model_log.end_date, get_model_log.model_type
    ) as l
    order by l.date desc
    limit get_model_log.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_log.max_rows, v_row_count, 'weekly');
end
$$;

comment on function perf.get_model_log is
    'The daily log of a model type, newest day first, from start_date to before end_date (UTC): jobs and calls as generations, and how many of them are which. Times and ratings are means of successful generations, weighted by timed_generations and rated_generations; total_processing_time_ms is of all. The last two days of the log and later ones are computed as they are now, and have no id, created_at and updated_at. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_model_log from public;
grant execute on function perf.get_model_log
    to authenticated, service_role, perf_admin, perf_analyst;
