-- What is still to come is no time in which a worker could have worked, so ranges end with as_of.
create or replace function perf_internal.get_available_hours(
    worker_ids bigint[],
    start_time timestamptz,
    end_time timestamptz,
    as_of timestamptz
)
returns table (worker_id bigint, available_hours double precision)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select
        a.worker_id,
        sum(
            extract(
                epoch from
                least(
                    a.available_until, get_available_hours.end_time, get_available_hours.as_of
                ) - greatest(a.available_from, get_available_hours.start_time)
            )::float8
        ) / 3600
    from perf.worker_availability as a
    where a.worker_id = any(get_available_hours.worker_ids)
        and a.available_from < least(get_available_hours.end_time, get_available_hours.as_of)
        and (
            a.available_until is null or a.available_until > get_available_hours.start_time
        )
    group by 1;
end
$$;

comment on function perf_internal.get_available_hours is
    'Hours in which workers were offered for jobs in a range, up to as_of, which also ends a time that still lasts. No row for a worker that was not.';

revoke execute on function perf_internal.get_available_hours from public;
grant execute on function perf_internal.get_available_hours
    to authenticated, service_role, perf_admin, perf_analyst;
