create or replace function perf.request_activation(
    id uuid,
    notes text default null,
    guard jsonb default null
)
returns perf.model_config_requests
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.request_activation(
        request_activation.id,
        request_activation.notes,
        request_activation.guard
    );
$$;

comment on function perf.request_activation is
    'Asks for an activation that another admin approves; returns the request. Errors: 22023 bad guard, 42501 not an admin, PT404 unknown id.';

revoke execute on function perf.request_activation from public;
grant execute on function perf.request_activation to authenticated, service_role, perf_admin;
