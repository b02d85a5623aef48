create or replace function perf.get_model_log_summary(
    start_date date default (now() at time zone 'UTC')::date - 6,
    end_date date default (now() at time zone 'UTC')::date + 1,
    max_rows integer default 1000
)
returns table (
    date date,
    active_models bigint,
    total_generations bigint,
    total_successful bigint,
    success_rate double precision,
    overall_avg_quality double precision,
    job_count bigint,
    call_count bigint
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
    perform perf_internal.check_max_rows(get_model_log_summary.max_rows);
    return query
    select
        l.date,
        count(*),
        sum(l.total_generations)::bigint,
        sum(l.successful_generations)::bigint,
        (sum(l.successful_generations) / sum(l.total_generations))::float8,
        (
            sum(l.avg_quality_rating * l.rated_generations)
            / nullif(sum(l.rated_generations), 0)
        )::float8,
        sum(l.job_count)::bigint,
        sum(l.call_count)::bigint
    from perf_internal.read_model_log(
        get_model_log_summary.start_date, get_model_log_summary.end_date
    ) as l
    group by l.date
    order by l.date desc;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_log_summary.max_rows, v_row_count, 'weekly');
end
$$;

comment on function perf.get_model_log_summary is
    'Generations of all model types together by day (UTC), newest first, from start_date to before end_date: how many model types had any, how many generations, success rate (0 to 1), mean rating of all rated generations. No row for a day without generations. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_model_log_summary from public;
grant execute on function perf.get_model_log_summary
    to authenticated, service_role, perf_admin, perf_analyst;
