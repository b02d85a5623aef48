create or replace function perf_internal.keep_model_configs()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op in ('INSERT', 'UPDATE') then
        if new.is_active <> exists (
            select 1
            from perf.model_config_activations as a
            where a.config_id = new.id
                and a.active_until is null
        ) then
            raise exception using
                errcode = 'restrict_violation',
                message = format('is_active of %s would not be what the activations say', new.id),
                hint = 'perf.activate_model_config() activates a version.';
        elsif tg_op = 'INSERT'
            or to_jsonb(new) - 'is_active' = to_jsonb(old) - 'is_active'
        then
            return new;
        end if;
    end if;
    raise exception using
        errcode = 'restrict_violation',
        message = 'versions are history: they cannot be changed or deleted',
        hint = 'perf.save_model_config() saves a new version.';
end
$$;

comment on function perf_internal.keep_model_configs is
    'Trigger: refuses every change of a version, and an is_active that differs from the activations.';

revoke execute on function perf_internal.keep_model_configs from public;

create or replace trigger keep_model_configs
    before insert or update or delete on perf.model_config_history
    for each row execute function perf_internal.keep_model_configs();

create or replace trigger keep_all_model_configs
    before truncate on perf.model_config_history
    for each statement execute function perf_internal.keep_model_configs();
