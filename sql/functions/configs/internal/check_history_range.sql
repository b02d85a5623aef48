create or replace function perf_internal.check_history_range(
    since timestamptz,
    until timestamptz,
    max_rows integer
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_history_range.since is null or check_history_range.until is null
        or check_history_range.until < check_history_range.since
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'since and until must be points in time, until not before since, got %s and %s',
                coalesce(check_history_range.since::text, 'null'),
                coalesce(check_history_range.until::text, 'null')
            ),
            hint = 'Leave one out to have no limit on that side.';
    elsif check_history_range.max_rows is null
        or check_history_range.max_rows not between 1 and 10000
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'max_rows must be between 1 and 10000, got '
                || coalesce(check_history_range.max_rows::text, 'null'),
            hint = 'Ask for more with a range of time: since and until.';
    end if;
end
$$;

comment on function perf_internal.check_history_range is
    'Refuses (22023) a range of time or a number of rows that no history has.';

revoke execute on function perf_internal.check_history_range from public;
grant execute on function perf_internal.check_history_range
    to authenticated, service_role, perf_admin, perf_analyst;
