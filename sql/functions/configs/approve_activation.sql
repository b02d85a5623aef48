create or replace function perf.approve_activation(request_id bigint, notes text default null)
returns perf.model_config_activations
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.approve_activation(
        approve_activation.request_id,
        approve_activation.notes
    );
$$;

comment on function perf.approve_activation is
    'Activates what another admin, or the service key, asked for; returns the activation. Errors: 42501 not an admin, the requester, or not known to be somebody else; PT404 unknown request; PT409 not open.';

revoke execute on function perf.approve_activation from public;
grant execute on function perf.approve_activation to authenticated, service_role, perf_admin;
