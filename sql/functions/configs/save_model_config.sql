-- security definer: no API role may write versions; the caller is checked first. Same means the
-- same model type, name and data (by jsonb equality: neither key order nor 1 or 1.0 matters);
-- notes do not count. Savers of a type take turns, so the second of two at once finds the first's.
create or replace function perf.save_model_config(
    model_type text,
    config_name text,
    config_data jsonb,
    notes text default null,
    activate boolean default false
)
returns table (id uuid, version integer, is_new boolean, is_active boolean)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_config perf.model_config_history;
    v_is_new boolean := false;
begin
    perform perf_internal.require_role('admin');
    if save_model_config.model_type is null or save_model_config.config_name is null
        or save_model_config.config_data is null
        or length(save_model_config.model_type) > 20
        or length(save_model_config.config_name) > 100
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'model_type must have 1 to 20 characters, config_name 1 to 100, and config_data be a JSON object, got %s, %s and %s',
                perf_internal.quote_value(save_model_config.model_type),
                perf_internal.quote_value(save_model_config.config_name),
                coalesce(jsonb_typeof(save_model_config.config_data), 'null')
            );
    end if;
    insert into perf.model_config_types as t (model_type)
    values (save_model_config.model_type)
    on conflict do nothing;
    perform perf_internal.lock_config_type(save_model_config.model_type);
    select c.*
    into v_config
    from perf.model_config_history as c
    where c.model_type = save_model_config.model_type
        and c.config_name = save_model_config.config_name
        and jsonb_hash_extended(c.config_data, 0)
            = jsonb_hash_extended(save_model_config.config_data, 0)
        and c.config_data = save_model_config.config_data;
    if not found then
        insert into perf.model_config_history as c (
            model_type,
            config_name,
            config_data,
            created_by,
            notes,
            version
        )
        values (
            save_model_config.model_type,
            save_model_config.config_name,
            save_model_config.config_data,
            perf_internal.get_profile_id(),
            save_model_config.notes,
            (
                select coalesce(max(l.version), 0) + 1
                from perf.model_config_history as l
                where l.model_type = save_model_config.model_type
            )
        )
        returning c.* into v_config;
        v_is_new := true;
    end if;
    if save_model_config.activate then
        perform perf.activate_model_config(v_config.id, save_model_config.notes);
    end if;
    return query
    select c.id, c.version, v_is_new, c.is_active
    from perf.model_config_history as c
    where c.id = v_config.id;
end
$$;

comment on function perf.save_model_config is
    'Saves a version of a model type''s configuration, and activates it if told to. The same name and data again return the version there is (is_new false). Errors: 22023 and 23514 bad argument, 42501 not an admin, PT409 activate where the type needs approval.';

revoke execute on function perf.save_model_config from public;
grant execute on function perf.save_model_config to authenticated, service_role, perf_admin;
