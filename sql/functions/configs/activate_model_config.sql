create or replace function perf.activate_model_config(
    id uuid,
    notes text default null,
    guard jsonb default null
)
returns perf.model_config_activations
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.activate_model_config(
        activate_model_config.id,
        activate_model_config.notes,
        activate_model_config.guard
    );
$$;

comment on function perf.activate_model_config is
    'Puts a version in force in place of the active one; returns the activation. If the version is active already, that is the activation there is. A guard lets check_config_guards() roll back by itself: {"metric": "error_rate", "worse_than": 0.05 (a limit) or "20%" (worse than the value before), "within": "1 hour", "min_calls": 50}; metrics are those of get_config_impact(), and min_calls counts jobs where they are of jobs. Errors: 22023 bad guard, 42501 not an admin, PT404 unknown id, PT409 approval needed.';

revoke execute on function perf.activate_model_config from public;
grant execute on function perf.activate_model_config to authenticated, service_role, perf_admin;
