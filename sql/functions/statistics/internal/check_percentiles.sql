create or replace function perf_internal.check_percentiles(percentiles double precision[])
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_percentile double precision;
begin
    if coalesce(cardinality(check_percentiles.percentiles), 0) = 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'percentiles must not be empty';
    elsif cardinality(check_percentiles.percentiles) > 200 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'percentiles must be at most 200, got %s',
                cardinality(check_percentiles.percentiles)
            );
    end if;
    foreach v_percentile in array check_percentiles.percentiles loop
        if v_percentile is null or v_percentile not between 0 and 1 then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = 'percentiles must be between 0 and 1, got '
                    || coalesce(v_percentile::text, 'null'),
                hint = 'The 95th percentile is 0.95.';
        end if;
    end loop;
end
$$;

comment on function perf_internal.check_percentiles is
    'Refuses (22023) percentiles that are missing, more than 200, or not between 0 and 1.';

revoke execute on function perf_internal.check_percentiles from public;
grant execute on function perf_internal.check_percentiles
    to authenticated, service_role, perf_admin, perf_analyst;
