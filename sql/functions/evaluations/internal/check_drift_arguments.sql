create or replace function perf_internal.check_drift_arguments(
    start_time timestamptz,
    end_time timestamptz,
    method text,
    alpha double precision,
    minimum_sample bigint,
    correction text
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
begin
    perform perf_internal.check_time_range(
        check_drift_arguments.start_time, check_drift_arguments.end_time
    );
    v_problem := case
        when check_drift_arguments.start_time = check_drift_arguments.end_time
            then format(
                'start_time must be before end_time, got %s for both',
                check_drift_arguments.start_time
            )
        when check_drift_arguments.method in (
            'auto', 'kolmogorov_smirnov', 'psi', 'jensen_shannon', 'wasserstein', 'chi_square'
        ) is not true
            then 'method must be auto, kolmogorov_smirnov, psi, jensen_shannon, wasserstein or'
                || ' chi_square, got ' || perf_internal.quote_value(check_drift_arguments.method)
        when check_drift_arguments.alpha between 1e-9 and 0.2 is not true
            then 'alpha must be between 1e-9 and 0.2, got '
                || coalesce(check_drift_arguments.alpha::text, 'null')
        when check_drift_arguments.minimum_sample between 10 and 1000000000 is not true
            then 'minimum_sample must be between 10 and 1000000000, got '
                || coalesce(check_drift_arguments.minimum_sample::text, 'null')
        when check_drift_arguments.correction in ('holm', 'benjamini_hochberg', 'none') is not true
            then 'correction must be holm, benjamini_hochberg or none, got '
                || perf_internal.quote_value(check_drift_arguments.correction)
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
end
$$;

comment on function perf_internal.check_drift_arguments is
    'Refuses (22023) bad arguments of perf.check_model_drift().';

revoke execute on function perf_internal.check_drift_arguments from public;
