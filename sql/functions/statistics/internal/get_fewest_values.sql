create or replace function perf_internal.get_fewest_values(confidence double precision)
returns bigint
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    -- PostgreSQL sorts NaN above every number.
    if (get_fewest_values.confidence > 0 and get_fewest_values.confidence <= 0.9999) is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'confidence must be above 0 and at most 0.9999, got '
                || coalesce(get_fewest_values.confidence::text, 'null');
    end if;
    -- 2 / (1 - 0.9) must not be a little more than 20.
    return ceil(2 / (1 - get_fewest_values.confidence) * (1 - 1e-9) - 1);
end
$$;

comment on function perf_internal.get_fewest_values is
    'How many values perf_internal.get_prediction_interval needs, 19 for 0.9. Error 22023: confidence is no share that it can have.';

revoke execute on function perf_internal.get_fewest_values from public;
grant execute on function perf_internal.get_fewest_values
    to authenticated, service_role, perf_admin, perf_analyst;
