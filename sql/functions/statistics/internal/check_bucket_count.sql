create or replace function perf_internal.check_bucket_count(bucket_count integer)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_bucket_count.bucket_count between 1 and 1000 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'bucket_count must be between 1 and 1000, got '
                || coalesce(check_bucket_count.bucket_count::text, 'null');
    end if;
end
$$;

comment on function perf_internal.check_bucket_count is
    'Refuses (22023) a number of histogram buckets that is not 1 to 1000.';

revoke execute on function perf_internal.check_bucket_count from public;
grant execute on function perf_internal.check_bucket_count
    to authenticated, service_role, perf_admin, perf_analyst;
