create or replace function perf.check_config_guards(as_of timestamptz default now())
returns table (
    model_type text,
    activation_id bigint,
    guard_status text,
    value double precision,
    call_count bigint
)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        c.model_type,
        c.activation_id,
        c.guard_status,
        c.value,
        c.call_count
    from perf_internal.check_config_guards(
        check_config_guards.as_of
    ) as c;
$$;

comment on function perf.check_config_guards is
    'Rolls back every activation whose guard is broken and ends guards whose time is over; returns those. Runs every minute by schedule. Errors: 22023, 42501 not an admin.';

revoke execute on function perf.check_config_guards from public;
grant execute on function perf.check_config_guards to authenticated, service_role, perf_admin;
