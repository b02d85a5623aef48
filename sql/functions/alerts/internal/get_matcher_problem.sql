create or replace function perf_internal.get_matcher_problem(argument text, matcher jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_argument text := get_matcher_problem.argument;
    v_matcher jsonb := get_matcher_problem.matcher;
    v_name text;
    v_wanted jsonb;
begin
    if v_matcher is null or jsonb_typeof(v_matcher) <> 'object' then
        return format(
            '%s must be an object of labels and values, got %s',
            v_argument,
            coalesce(jsonb_typeof(v_matcher), 'null')
        );
    elsif pg_column_size(v_matcher) > 10000 then
        return format('%s must be at most 10000 bytes, got %s', v_argument, pg_column_size(v_matcher));
    -- A number of a few bytes can have a text of 131,072 characters.
    elsif length(v_matcher::text) > 20000 then
        return format(
            '%s must be at most 20000 characters, got %s', v_argument, length(v_matcher::text)
        );
    end if;
    for v_name, v_wanted in
        select m.key, m.value
        from jsonb_each(v_matcher) as m
    loop
        if v_wanted = '[]' then
            return format(
                '%s: %s must have a value, got [], which matches nothing',
                v_argument,
                perf_internal.quote_value(v_name)
            );
        elsif v_name = 'severity' and not v_wanted <@ '["info", "warning", "critical"]' then
            return format(
                '%s: severity must be info, warning or critical, got %s',
                v_argument,
                perf_internal.quote_value(v_wanted #>> '{}')
            );
        end if;
    end loop;
    return null;
end
$$;

comment on function perf_internal.get_matcher_problem is
    'What is wrong with a matcher, see perf_internal.matches_alert(); null if it is good. {} is good: it matches all.';

revoke execute on function perf_internal.get_matcher_problem from public;
grant execute on function perf_internal.get_matcher_problem
    to authenticated, service_role, perf_admin, perf_analyst;
