create or replace function perf.save_model_config(
    model_type text,
    config_name text,
    config_data jsonb,
    notes text default null,
    activate boolean default false
)
returns table (id uuid, version integer, is_new boolean, is_active boolean)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        c.id,
        c.version,
        c.is_new,
        c.is_active
    from perf_internal.save_model_config(
        save_model_config.model_type,
        save_model_config.config_name,
        save_model_config.config_data,
        save_model_config.notes,
        save_model_config.activate
    ) as c;
$$;

comment on function perf.save_model_config is
    'Saves a version of a model type''s configuration, and activates it if told to. The same name and data again return the version there is (is_new false). Spaces around type and name are left out. jsonb keeps one of two equal keys, the last: `pgkit configs save` refuses a file with two. Errors: 22023 bad argument, 42501 not an admin, PT409 activate where the type needs approval.';

revoke execute on function perf.save_model_config from public;
grant execute on function perf.save_model_config to authenticated, service_role, perf_admin;
