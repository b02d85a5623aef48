create or replace function perf.reject_activation(request_id bigint, notes text default null)
returns perf.model_config_requests
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.reject_activation(
        reject_activation.request_id,
        reject_activation.notes
    );
$$;

comment on function perf.reject_activation is
    'Closes a request without an activation: rejected, or withdrawn when the requester does it. Errors: 42501 not an admin, PT404 unknown request, PT409 not open.';

revoke execute on function perf.reject_activation from public;
grant execute on function perf.reject_activation to authenticated, service_role, perf_admin;
