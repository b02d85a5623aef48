create or replace function perf_internal.check_compared_ids(argument text, ids bigint[])
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_compared_ids.ids is null
        or array_ndims(check_compared_ids.ids) is distinct from 1
        or array_lower(check_compared_ids.ids, 1) <> 1
        or cardinality(check_compared_ids.ids) not between 2 and 100
        or (
            select count(*) > count(distinct i.id) from unnest(check_compared_ids.ids) as i (id)
        )
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                '%s must hold 2 to 100 ids, each once, got %s',
                check_compared_ids.argument,
                perf_internal.quote_value(check_compared_ids.ids::text)
            );
    end if;
end
$$;

comment on function perf_internal.check_compared_ids is
    'Refuses (22023) ids to be compared that are fewer than 2 or more than 100, or not all different.';

revoke execute on function perf_internal.check_compared_ids from public;
grant execute on function perf_internal.check_compared_ids
    to authenticated, service_role, perf_admin, perf_analyst;
