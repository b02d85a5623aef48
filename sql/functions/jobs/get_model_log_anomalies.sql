create or replace function perf.get_model_log_anomalies(
    start_date date default (now() at time zone 'UTC')::date - 6,
    end_date date default (now() at time zone 'UTC')::date + 1,
    threshold double precision default 0.1,
    min_generations bigint default 20,
    max_rows integer default 1000
)
returns table (
    date date,
    model_type text,
    total_generations bigint,
    failed_generations bigint,
    failure_rate double precision,
    failure_rate_low double precision,
    failure_rate_high double precision
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
    perform perf_internal.check_max_rows(get_model_log_anomalies.max_rows);
    if not get_model_log_anomalies.threshold between 0 and 1
        or get_model_log_anomalies.threshold is null
        or get_model_log_anomalies.min_generations is null
        or get_model_log_anomalies.min_generations < 1
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'threshold must be between 0 and 1 and min_generations at least 1, got %s and %s',
                coalesce(get_model_log_anomalies.threshold::text, 'null'),
                coalesce(get_model_log_anomalies.min_generations::text, 'null')
            );
    end if;
    return query
    select
        l.date,
        l.model_type::text,
        l.total_generations,
        l.failed_generations,
        l.failed_generations::float8 / l.total_generations,
        w.low,
        w.high
    from perf_internal.read_model_log(
        get_model_log_anomalies.start_date, get_model_log_anomalies.end_date
    ) as l
    cross join lateral perf.get_wilson_interval(
        l.failed_generations, l.total_generations
    ) as w
    where l.total_generations >= get_model_log_anomalies.min_generations
        -- Then the rate is above it too, and by more than chance.
        and w.low > get_model_log_anomalies.threshold
    order by 5 desc, 1 desc, 2;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_log_anomalies.max_rows, v_row_count, 'weekly');
end
$$;

comment on function perf.get_model_log_anomalies is
    'Days (UTC) of a model type on which more generations failed than the threshold (0 to 1) allows, highest rate first, from start_date to before end_date: days with min_generations or more whose 95 % interval of the failure rate (Wilson) is above the threshold as a whole. So 1 failure of 2 is none. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_model_log_anomalies from public;
grant execute on function perf.get_model_log_anomalies
    to authenticated, service_role, perf_admin, perf_analyst;
