-- security definer: no API role may write versions; the caller is checked first. Same means the
-- same model type, name and data (by jsonb equality: neither key order nor 1 or 1.0 matters);
-- notes do not count. Savers of a type take turns, so the second of two at once finds the first's.
create or replace function perf_internal.save_model_config(
    model_type text,
    config_name text,
    config_data jsonb,
    notes text,
    activate boolean
)
returns table (id uuid, version integer, is_new boolean, is_active boolean)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
    v_model_type text := btrim(save_model_config.model_type);
    v_config_name text := btrim(save_model_config.config_name);
    v_config perf.model_config_history;
    v_is_new boolean := false;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.add_own_profile();
    v_problem := coalesce(
        perf_internal.get_name_problem('model_type', save_model_config.model_type, 20),
        perf_internal.get_name_problem('config_name', save_model_config.config_name, 100),
        case
            when jsonb_typeof(save_model_config.config_data) is distinct from 'object'
                then 'config_data must be a JSON object, got '
                    || perf_internal.quote_json(save_model_config.config_data)
            when perf_internal.get_json_problem(
                'config_data', save_model_config.config_data
            ) is not null
                then perf_internal.get_json_problem('config_data', save_model_config.config_data)
            when octet_length(save_model_config.config_data::text) > 1048576
                then 'config_data must be at most 1048576 bytes as text, got '
                    || octet_length(save_model_config.config_data::text)
        end
    );
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    insert into perf.model_config_types as t (model_type)
    values (v_model_type)
    on conflict do nothing;
    perform perf_internal.lock_config_type(v_model_type);
    select c.*
    into v_config
    from perf.model_config_history as c
    where c.model_type = v_model_type
        and c.config_name = v_config_name
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
            v_model_type,
            v_config_name,
            save_model_config.config_data,
            perf_internal.get_profile_id(),
            save_model_config.notes,
            (
                select coalesce(max(l.version), 0) + 1
                from perf.model_config_history as l
                where l.model_type = v_model_type
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

comment on function perf_internal.save_model_config is 'Does the work of perf.save_model_config().';

revoke execute on function perf_internal.save_model_config from public;
grant execute on function perf_internal.save_model_config to authenticated, service_role, perf_admin;
