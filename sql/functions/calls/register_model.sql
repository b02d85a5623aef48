create or replace function perf.register_model(
    model_name text,
    provider text default null,
    model_type text default null
)
returns uuid
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.register_model(
        register_model.model_name,
        register_model.provider,
        register_model.model_type
    );
$$;

comment on function perf.register_model is
    'Adds a model, or sets provider and model_type of one that exists; what is null stays. Returns its id. Names are stored without the spaces around them. Errors: 22023 bad argument, 42501 not an admin.';

revoke execute on function perf.register_model from public;
grant execute on function perf.register_model to authenticated, service_role, perf_admin;
