create or replace function perf.find_model_config(reference text)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_parts text[] := regexp_match(find_model_config.reference, '^(.+)@([0-9]{1,9})$');
    v_id uuid;
begin
    perform perf_internal.require_role('analyst');
    select c.id
    into v_id
    from perf.model_config_history as c
    where c.id = case
            when find_model_config.reference ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            then find_model_config.reference::uuid
        end
        or (c.model_type = v_parts[1] and c.version = v_parts[2]::integer)
        or (c.model_type = find_model_config.reference and c.is_active);
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'no configuration '
                || perf_internal.quote_value(find_model_config.reference),
            hint = 'Name a model type (its active version), a version of it (sdxl@3) or an id.';
    end if;
    return v_id;
end
$$;

comment on function perf.find_model_config is
    'The id of a version as people name it: sdxl (the active one), sdxl@3, or an id. Errors: 42501 not an analyst, PT404 no such version.';

revoke execute on function perf.find_model_config from public;
grant execute on function perf.find_model_config
    to authenticated, service_role, perf_admin, perf_analyst;
