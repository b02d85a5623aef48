create or replace function perf_internal.check_sample_size(
    minimum_effect double precision,
    deviation double precision,
    rate double precision,
    power double precision,
    confidence double precision,
    traffic_split double precision,
    units bigint
)
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
begin
    -- PostgreSQL sorts NaN above every number.
    v_problem := case
        when num_nonnulls(check_sample_size.deviation, check_sample_size.rate) <> 1
            then 'give either deviation or rate, got '
                || coalesce(check_sample_size.deviation::text, 'null') || ' and '
                || coalesce(check_sample_size.rate::text, 'null')
        when num_nonnulls(check_sample_size.minimum_effect, check_sample_size.units) <> 1
            then 'give either minimum_effect or units, got '
                || coalesce(check_sample_size.minimum_effect::text, 'null') || ' and '
                || coalesce(check_sample_size.units::text, 'null')
        when not coalesce(check_sample_size.deviation, 1) between 1e-100 and 1e100
            then format(
                'deviation must be above 0 (1e-100 to 1e100), got %s', check_sample_size.deviation
            )
        when not coalesce(check_sample_size.rate, 0.5) between 1e-12 and 1 - 1e-12
            then format(
                'rate must be between 0 and 1 (1e-12 to 1 - 1e-12), got %s', check_sample_size.rate
            )
        when not abs(coalesce(check_sample_size.minimum_effect, 1)) between 1e-100 and 1e100
            then format(
                'minimum_effect must be a number other than 0 (1e-100 to 1e100), got %s',
                check_sample_size.minimum_effect
            )
        when not check_sample_size.rate + coalesce(check_sample_size.minimum_effect, 0)
            between 0 and 1
            then format(
                'rate + minimum_effect must be between 0 and 1, got %s and %s',
                check_sample_size.rate, check_sample_size.minimum_effect
            )
        when not coalesce(check_sample_size.units, 4) between 4 and 1000000000000000
            then format('units must be between 4 and 1e15, got %s', check_sample_size.units)
        when not coalesce(check_sample_size.power between 0.5 and 0.999999, false)
            then 'power must be between 0.5 and 0.999999, got '
                || coalesce(check_sample_size.power::text, 'null')
        when not coalesce(check_sample_size.confidence between 0.5 and 0.999999, false)
            then 'confidence must be between 0.5 and 0.999999, got '
                || coalesce(check_sample_size.confidence::text, 'null')
        when not coalesce(check_sample_size.traffic_split between 1e-6 and 1 - 1e-6, false)
            then 'traffic_split must be between 0 and 1 (1e-6 to 1 - 1e-6), got '
                || coalesce(check_sample_size.traffic_split::text, 'null')
    end;
    if v_problem is not null then
        raise exception using errcode = 'invalid_parameter_value', message = v_problem;
    end if;
end
$$;

comment on function perf_internal.check_sample_size is
    'Refuses (22023) what perf.get_ab_sample_size() cannot take.';

revoke execute on function perf_internal.check_sample_size from public;
grant execute on function perf_internal.check_sample_size
    to authenticated, service_role, perf_admin, perf_analyst;
