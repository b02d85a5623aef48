create or replace function perf.rollback_model_config(
    model_type text,
    steps integer default 1,
    to_id uuid default null,
    notes text default null,
    from_id uuid default null
)
returns perf.model_config_activations
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.rollback_model_config(
        rollback_model_config.model_type,
        rollback_model_config.steps,
        rollback_model_config.to_id,
        rollback_model_config.notes,
        rollback_model_config.from_id
    );
$$;

comment on function perf.rollback_model_config is
    'Puts in force again the version of so many steps before, or version to_id, which must have been in force once; returns the new activation. Two rollbacks go two steps back. With from_id it does so only if that version is active. Errors: 22023 bad steps, 42501 not an admin, PT404 nothing is active, PT409 nothing to go back to, or from_id is not active.';

revoke execute on function perf.rollback_model_config from public;
grant execute on function perf.rollback_model_config to authenticated, service_role, perf_admin;
