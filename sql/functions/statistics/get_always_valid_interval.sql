-- The normal mixture of Robbins, Annals of Mathematical Statistics 41 (1970) 1397-1409, as in
-- Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49 (2021) 1055-1080. The mixture's
-- standard deviation is the smallest effect that matters: that makes the interval narrowest about
-- when a test that is planned for that effect ends.
create or replace function perf.get_always_valid_interval(
    difference double precision,
    standard_error double precision,
    minimum_effect double precision,
    confidence double precision default 0.95,
    out low double precision,
    out high double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ratio double precision;
    v_reach double precision;
begin
    perform perf_internal.check_always_valid(
        get_always_valid_interval.difference,
        get_always_valid_interval.standard_error,
        get_always_valid_interval.minimum_effect
    );
    -- least() and greatest() leave out null.
    if num_nulls(
        get_always_valid_interval.difference,
        get_always_valid_interval.standard_error,
        get_always_valid_interval.minimum_effect
    ) > 0 then
        return;
    end if;
    -- Beyond these it makes no difference, and squares would be out of range.
    v_ratio := least(
        greatest(
            get_always_valid_interval.minimum_effect
                / get_always_valid_interval.standard_error,
            1e-50
        ),
        1e50
    ) ^ 2;
    -- PostgreSQL sorts NaN above every number.
    if get_always_valid_interval.confidence <= 0 or get_always_valid_interval.confidence >= 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'confidence must be between 0 and 1, both excluded, got %s',
                get_always_valid_interval.confidence
            );
    end if;
    v_reach := get_always_valid_interval.standard_error * sqrt(
        (1 + 1 / v_ratio)
        * (ln(1 + v_ratio) - 2 * ln(1 - get_always_valid_interval.confidence))
    );
    low := get_always_valid_interval.difference - v_reach;
    high := get_always_valid_interval.difference + v_reach;
end
$$;

comment on function perf.get_always_valid_interval is
    'Confidence interval of a difference that may be looked at as often as you like (normal mixture; Robbins 1970, Howard et al. 2021): the chance that any look misses the true difference is at most 1 - confidence, for standard errors of large samples. minimum_effect is the smallest difference that matters; choose it before the first look. Null if an argument is null. Error 22023.';

revoke execute on function perf.get_always_valid_interval from public;
grant execute on function perf.get_always_valid_interval
    to authenticated, service_role, perf_admin, perf_analyst;
