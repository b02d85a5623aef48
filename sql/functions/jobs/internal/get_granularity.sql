create or replace function perf_internal.get_granularity(granularity text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_granularity text := case
        when get_granularity.granularity in ('hour', 'hourly') then 'hourly'
        when get_granularity.granularity in ('day', 'daily') then 'daily'
        when get_granularity.granularity in ('week', 'weekly') then 'weekly'
        when get_granularity.granularity in ('month', 'monthly') then 'monthly'
    end;
begin
    if v_granularity is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'granularity must be hourly, daily, weekly or monthly, got '
                || perf_internal.quote_value(get_granularity.granularity),
            hint = 'hour, day, week and month mean the same.';
    end if;
    return v_granularity;
end
$$;

comment on function perf_internal.get_granularity is
    'hourly, daily, weekly or monthly, also for hour, day, week or month. Error 22023: anything else.';

revoke execute on function perf_internal.get_granularity from public;
grant execute on function perf_internal.get_granularity
    to authenticated, service_role, perf_admin, perf_analyst;
