-- A unit_key is taken as it is, because clients compute the variant from it.
create or replace function perf_internal.get_unit_key_problem(argument text, value text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when get_unit_key_problem.value ~ '^[0-9A-Za-z]([ -z]*[!-z])?$'
            and length(get_unit_key_problem.value) <= 200
            then null
        when get_unit_key_problem.value <> btrim(get_unit_key_problem.value)
            then format(
                '%s must have no spaces around it, got %s',
                get_unit_key_problem.argument,
                perf_internal.quote_value(get_unit_key_problem.value)
            )
        else perf_internal.get_name_problem(
            get_unit_key_problem.argument, get_unit_key_problem.value, 200
        )
    end;
end
$$;

comment on function perf_internal.get_unit_key_problem is
    'What is wrong with a unit_key or an outcome_id, which have 1 to 200 characters and no spaces around them; null if nothing is.';

revoke execute on function perf_internal.get_unit_key_problem from public;
