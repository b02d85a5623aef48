create or replace function perf.get_model_log_quality(
    start_date date default date_trunc('week', now() at time zone 'UTC')::date - 77,
    end_date date default (now() at time zone 'UTC')::date + 1,
    max_rows integer default 1000
)
returns table (
    week date,
    model_type text,
    weekly_avg_quality double precision,
    rated_generations bigint,
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
    perform perf_internal.check_max_rows(get_model_log_quality.max_rows);
    perform perf_internal.check_date_range(
        get_model_log_quality.start_date, get_model_log_quality.end_date
    );
    return query
    select
        date_trunc('week', l.date::timestamp)::date,
        l.model_type::text,
        (
            sum(l.avg_quality_rating * l.rated_generations)
            / nullif(sum(l.rated_generations), 0)
        )::float8,
        sum(l.rated_generations)::bigint,
        count(*)
    from perf_internal.read_model_log(
        date_trunc('week', get_model_log_quality.start_date::timestamp + interval '6 days')::date,
        date_trunc('week', get_model_log_quality.end_date::timestamp + interval '6 days')::date
    ) as l
    where l.rated_generations > 0
    group by 1, 2
    order by 1 desc, 3 desc, 2;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_log_quality.max_rows, v_row_count);
end
$$;

comment on function perf.get_model_log_quality is
    'Mean quality rating of every model type by week, newest week first and best first in it: the weeks from Monday (UTC) that start from start_date to before end_date, each as a whole. Each rated generation has the same weight; data_points are the days that have ratings. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_model_log_quality from public;
grant execute on function perf.get_model_log_quality
    to authenticated, service_role, perf_admin, perf_analyst;
