create or replace function perf_internal.get_values_problem("values" double precision[])
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select format(
        'values[%s] must be 0 or of a size from 1e-100 to 1e15, got %s', v.position, v.value
    )
    from unnest(get_values_problem.values) with ordinality as v (value, position)
    where not (v.value = 0 or abs(v.value) between 1e-100 and 1e15)
    order by v.position
    limit 1;
$$;

comment on function perf_internal.get_values_problem is
    'What is wrong with the first bad one of the values of a feature, counted from 1: it is NaN, infinite, beyond 1e15, or nearer to 0 than 1e-100 and not 0. Null if nothing is; null elements are missing values.';

revoke execute on function perf_internal.get_values_problem from public;
grant execute on function perf_internal.get_values_problem
    to authenticated, service_role, perf_admin, perf_analyst;
