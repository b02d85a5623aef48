create or replace function perf_internal.get_width(granularity text)
returns interval
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_width interval := case get_width.granularity
        when 'hourly' then interval '1 hour'
        when 'daily' then interval '1 day'
        when 'weekly' then interval '7 days'
    end;
begin
    if v_width is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'granularity must be hourly, daily or weekly, got '
                || perf_internal.quote_value(get_width.granularity);
    end if;
    return v_width;
end
$$;

comment on function perf_internal.get_width is
    'The length of a bucket; buckets are counted from Monday, 2001-01-01 00:00 UTC. Error 22023: no such granularity.';

revoke execute on function perf_internal.get_width from public;
grant execute on function perf_internal.get_width
    to authenticated, service_role, perf_admin, perf_analyst;
