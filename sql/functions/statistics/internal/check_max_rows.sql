create or replace function perf_internal.check_max_rows(
    max_rows integer,
    row_count bigint default 0,
    granularity text default null
)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_max_rows.max_rows between 1 and 100000 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'max_rows must be between 1 and 100000, got '
                || coalesce(check_max_rows.max_rows::text, 'null');
    elsif check_max_rows.row_count > check_max_rows.max_rows then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'the answer has more rows than max_rows allows, which is %s',
                check_max_rows.max_rows
            ),
            hint = case check_max_rows.granularity
                    when 'hourly' then 'Ask for granularity daily or for a shorter range'
                    when 'daily' then 'Ask for granularity weekly or for a shorter range'
                    when 'weekly' then 'Ask for a shorter range'
                    when 'monthly' then 'Ask for a shorter range'
                    else 'Ask for fewer groups'
                end
                || ', or give a larger max_rows, which the limit of your HTTP server must allow too.';
    end if;
end
$$;

comment on function perf_internal.check_max_rows is
    'Refuses (22023) a limit that is not 1 to 100000, and an answer with more rows than the limit.';

revoke execute on function perf_internal.check_max_rows from public;
grant execute on function perf_internal.check_max_rows
    to authenticated, service_role, perf_admin, perf_analyst;
