create or replace function perf.get_model_log_comparison(
    start_date date default (now() at time zone 'UTC')::date - 6,
    end_date date default (now() at time zone 'UTC')::date + 1
)
returns table (
    model_type text,
    total_generations bigint,
    avg_time_ms double precision,
    avg_quality double precision,
    avg_success_rate double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform perf_internal.require_role('analyst');
    return query
    select
        l.model_type::text,
        sum(l.total_generations)::bigint,
        (
            sum(l.avg_generation_time_ms::float8 * l.timed_generations)
            / nullif(sum(l.timed_generations), 0)
        )::float8,
        (
            sum(l.avg_quality_rating * l.rated_generations)
            / nullif(sum(l.rated_generations), 0)
        )::float8,
        (sum(l.successful_generations) / sum(l.total_generations))::float8
    from perf_internal.read_model_log(
        get_model_log_comparison.start_date, get_model_log_comparison.end_date
    ) as l
    group by l.model_type
    order by 4 desc nulls last, 1;
end
$$;

comment on function perf.get_model_log_comparison is
    'Model types side by side over a range of days (UTC), best rating first, from start_date to before end_date. Each generation has the same weight in the mean time and the mean rating of successful ones and in the success rate (0 to 1), whatever its day. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_model_log_comparison from public;
grant execute on function perf.get_model_log_comparison
    to authenticated, service_role, perf_admin, perf_analyst;
