create or replace function perf_internal.is_time(value text)
returns boolean
language plpgsql
stable
strict
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
as $$
begin
    return is_time.value::timestamptz is not null;
exception
    when data_exception then
        return false;
end
$$;

comment on function perf_internal.is_time is
    'Whether a text can be read as a point in time.';

revoke execute on function perf_internal.is_time from public;
