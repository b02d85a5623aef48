create or replace function perf.get_model_log_comparison(
    start_date date default (now() at time zone 'UTC')::date - 6,
    end_date date default (now() at time zone 'UTC')::date + 1,
    min_generations bigint default 20,
    max_rows integer default 1000
)
returns table (
    model_type text,
    total_generations bigint,
    avg_time_ms double precision,
    avg_quality double precision,
    avg_success_rate double precision,
    success_rate_low double precision,
    success_rate_high double precision,
    timed_generations bigint,
    rated_generations bigint
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
    perform perf_internal.check_max_rows(get_model_log_comparison.max_rows);
    if get_model_log_comparison.min_generations >= 1 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'min_generations must be at least 1, got %s',
                coalesce(get_model_log_comparison.min_generations::text, 'null')
            );
    end if;
    return query
    select
        t.model_type::text,
        t.total_generations,
        t.avg_time_ms,
        t.avg_quality,
        t.successful_generations::float8 / t.total_generations,
        w.low,
        w.high,
        t.timed_generations,
        t.rated_generations
    from (
        select
            l.model_type,
            sum(l.total_generations)::bigint as total_generations,
            sum(l.successful_generations)::bigint as successful_generations,
            sum(l.timed_generations)::bigint as timed_generations,
            sum(l.rated_generations)::bigint as rated_generations,
            (
                sum(l.avg_generation_time_ms::float8 * l.timed_generations)
                / nullif(sum(l.timed_generations), 0)
            )::float8 as avg_time_ms,
            (
                sum(l.avg_quality_rating * l.rated_generations)
                / nullif(sum(l.rated_generations), 0)
            )::float8 as avg_quality
        from perf_internal.read_model_log(
            get_model_log_comparison.start_date, get_model_log_comparison.end_date
        ) as l
        group by l.model_type
    ) as t
    cross join lateral perf.get_wilson_interval(
        t.successful_generations, t.total_generations
    ) as w
    order by
        t.rated_generations >= get_model_log_comparison.min_generations desc,
        t.avg_quality desc nulls last,
        t.model_type;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_log_comparison.max_rows, v_row_count);
end
$$;

comment on function perf.get_model_log_comparison is
    'Model types side by side over a range of days (UTC), best rating first, from start_date to before end_date. Types with fewer than min_generations rated generations come after the others, because so few ratings rank nothing. Each generation has the same weight in the mean time and the mean rating of successful ones and in the success rate (0 to 1, with its 95 % interval, Wilson), whatever its day. timed_generations and rated_generations are how many have a time and a rating. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_model_log_comparison from public;
grant execute on function perf.get_model_log_comparison
    to authenticated, service_role, perf_admin, perf_analyst;
