create or replace function perf_internal.get_values_problem("values" double precision[])
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when array_ndims(get_values_problem.values) > 1
            then 'values must have one dimension, got ' || array_ndims(get_values_problem.values)
        else (
            select format(
                'values[%s] must be 0 or of a size from 1e-100 to 1e15, got %s', v.position, v.value
            )
            from unnest(get_values_problem.values) with ordinality as v (value, position)
            where not (v.value = 0 or abs(v.value) between 1e-100 and 1e15)
            order by v.position
            limit 1
        )
    end;
$$;

comment on function perf_internal.get_values_problem is
    'What is wrong with the values of a feature: the array has more than one dimension, or the first bad one, counted from 1, is NaN, infinite, beyond 1e15, or nearer to 0 than 1e-100 and not 0. Null if nothing is; null elements are missing values.';

revoke execute on function perf_internal.get_values_problem from public;
grant execute on function perf_internal.get_values_problem
    to authenticated, service_role, perf_admin, perf_analyst;
