create or replace function perf_internal.get_name_problem(
    argument text,
    value text,
    max_length integer
)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := btrim(get_name_problem.value);
begin
    return case
        when v_name is null
            or v_name !~ '[^[:space:]]'
            or length(v_name) > get_name_problem.max_length
            then format(
                '%s must have 1 to %s characters, got %s',
                get_name_problem.argument,
                get_name_problem.max_length,
                perf_internal.quote_value(get_name_problem.value)
            )
        when v_name ~ perf_internal.get_control_characters()
            then format(
                '%s must have no control characters, got %s',
                get_name_problem.argument,
                perf_internal.quote_value(get_name_problem.value)
            )
        when v_name like '{%}' or v_name like '[%]'
            then format(
                '%s must be a text, not a JSON object or array, got %s',
                get_name_problem.argument,
                perf_internal.quote_value(get_name_problem.value)
            )
    end;
end
$$;

comment on function perf_internal.get_name_problem is
    'What is wrong with a name, without the spaces around it: too long, nothing to see, control characters, or a JSON object or array that was taken for a text. Null if it is good.';

revoke execute on function perf_internal.get_name_problem from public;
grant execute on function perf_internal.get_name_problem
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
