create or replace function perf.get_model_log_success_rates(
    start_date date default (now() at time zone 'UTC')::date - 29,
    end_date date default (now() at time zone 'UTC')::date + 1,
    max_rows integer default 1000
)
returns table (
    model_type text,
    total_generations bigint,
    successful_generations bigint,
    failed_generations bigint,
    success_rate double precision,
    success_rate_low double precision,
    success_rate_high double precision,
    avg_quality double precision
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
    perform perf_internal.check_max_rows(get_model_log_success_rates.max_rows);
    return query
    select
        t.model_type::text,
        t.total_generations,
        t.successful_generations,
        t.total_generations - t.successful_generations,
        t.successful_generations::float8 / t.total_generations,
        w.low,
        w.high,
        t.avg_quality
    from (
        select
            l.model_type,
            sum(l.total_generations)::bigint as total_generations,
            sum(l.successful_generations)::bigint as successful_generations,
            (
                sum(l.avg_quality_rating * l.rated_generations)
                / nullif(sum(l.rated_generations), 0)
            )::float8 as avg_quality
        from perf_internal.read_model_log(
            get_model_log_success_rates.start_date, get_model_log_success_rates.end_date
        ) as l
        group by l.model_type
    ) as t
    cross join lateral perf.get_wilson_interval(
        t.successful_generations, t.total_generations
    ) as w
    order by 5 desc, 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_log_success_rates.max_rows, v_row_count);
end
$$;

comment on function perf.get_model_log_success_rates is
    'Success rate (0 to 1) of every model type over a range of days (UTC) with its interval of 95 % (Wilson), highest first, from start_date to before end_date. avg_quality is the mean rating of all rated generations; null without any. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_model_log_success_rates from public;
grant execute on function perf.get_model_log_success_rates
    to authenticated, service_role, perf_admin, perf_analyst;
