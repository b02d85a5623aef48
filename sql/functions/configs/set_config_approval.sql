create or replace function perf.set_config_approval(model_type text, needs_approval boolean)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.set_config_approval(
        set_config_approval.model_type,
        set_config_approval.needs_approval
    );
$$;

comment on function perf.set_config_approval is
    'Says whether activations of a model type need a second person; false if that is so already. The audit log keeps who switched it. Errors: 22023, 42501 not an admin, PT404 unknown type.';

revoke execute on function perf.set_config_approval from public;
grant execute on function perf.set_config_approval to authenticated, service_role, perf_admin;
