create or replace function perf_internal.announce_activation()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.check_trigger_table(tg_table_schema);
    update perf.model_config_history as c
    set is_active = false
    where c.model_type = new.model_type
        and c.is_active
        and c.id <> new.config_id;
    update perf.model_config_history as c
    set is_active = true
    where c.id = new.config_id
        and not c.is_active;
    perform pg_notify(
        'perf_config',
        jsonb_build_object(
            'kind', new.kind,
            'model_type', new.model_type,
            'activation_id', new.id,
            'config_id', new.config_id,
            'notes', left(new.notes, 1000)
        )::text
    );
    return null;
end
$$;

comment on function perf_internal.announce_activation is
    'Trigger: moves is_active to the version just activated, and notifies channel perf_config.';

revoke execute on function perf_internal.announce_activation from public;

create or replace trigger announce_activation
    after insert on perf.model_config_activations
    for each row execute function perf_internal.announce_activation();
