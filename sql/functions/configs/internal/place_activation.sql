-- Every activation is one insert, and this trigger places it directly after the one before. It
-- reads the clock after the lock, because now() is the start of a transaction that may have
-- waited. A server's clock may be set back, so an activation starts at least a microsecond after
-- the one before; one without length was never in force.
create or replace function perf_internal.place_activation()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_current perf.model_config_activations;
    v_restored perf.model_config_activations;
    v_at timestamptz;
begin
    perform perf_internal.check_trigger_table(tg_table_schema);
    perform perf_internal.lock_config_type(new.model_type);
    select a.*
    into v_current
    from perf.model_config_activations as a
    where a.model_type = new.model_type
        and a.active_until is null;
    v_at := greatest(
        clock_timestamp(), v_current.active_from + interval '1 microsecond'
    );
    if new.restores_id is null then
        new.previous_id := v_current.id;
    else
        select a.*
        into v_restored
        from perf.model_config_activations as a
        where a.id = new.restores_id
            and a.model_type = new.model_type;
        new.config_id := v_restored.config_id;
        new.previous_id := v_restored.previous_id;
    end if;
    new.active_from := v_at;
    new.active_until := null;
    new.activated_by := perf_internal.get_profile_id();
    new.activated_by_role := perf_internal.get_caller();
    new.activated_by_login := session_user;
    update perf.model_config_activations as a
    set active_until = v_at,
        guard_status = case
            when a.guard_status <> 'watching' then a.guard_status
            when new.kind = 'guard' then 'broken'
            when a.guard_status = 'watching' then 'superseded'
        end
    where a.id = v_current.id;
    return new;
end
$$;

comment on function perf_internal.place_activation is
    'Trigger: fills in when an activation starts, who made it and what came before, and ends that.';

revoke execute on function perf_internal.place_activation from public;

create or replace trigger place_activation
    before insert on perf.model_config_activations
    for each row execute function perf_internal.place_activation();
