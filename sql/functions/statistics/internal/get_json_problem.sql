-- A number such as 1e131071 has 12 bytes as JSON and 131072 characters as text, and 0e-16383 has
-- 16385. Some kilobytes of them would be gigabytes of text. What has at most 300 bytes has too few
-- of them to matter, and most parameters have less.
create or replace function perf_internal.get_json_problem(argument text, value jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if pg_column_size(get_json_problem.value) > 300
        and exists (
            select
            from jsonb_path_query(
                get_json_problem.value, 'strict $.** ? (@.type() == "number")'
            ) as n
            where scale(n::numeric) > 400
                or abs(n::numeric) >= 1e400
        )
    then
        return get_json_problem.argument || ' must hold no number of more than 400 digits';
    end if;
    return null;
end
$$;

comment on function perf_internal.get_json_problem is
    'What is wrong with a JSON argument whose text would be much longer than itself; null if nothing is.';

revoke execute on function perf_internal.get_json_problem from public;
grant execute on function perf_internal.get_json_problem
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
