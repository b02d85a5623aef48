create or replace function perf_internal.check_matcher(argument text, matcher jsonb)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text := perf_internal.get_matcher_problem(
        check_matcher.argument, check_matcher.matcher
    );
begin
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'For example {"metric": "error_rate", "model": ["a", "b"]}.';
    end if;
end
$$;

comment on function perf_internal.check_matcher is
    'Refuses (22023) a matcher that is no object of labels and values, or matches nothing.';

revoke execute on function perf_internal.check_matcher from public;
grant execute on function perf_internal.check_matcher
    to authenticated, service_role, perf_admin, perf_analyst;
