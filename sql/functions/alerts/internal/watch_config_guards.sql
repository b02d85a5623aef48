-- security definer: a session that may write activations may not write alerts.
--
-- The lock on the type, which every activation takes, is held: of two activations at once the second
-- comes here when the first is committed. With the activation the alert is undone.
create or replace function perf_internal.watch_config_guards()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_broken perf.model_config_activations;
    v_versions integer[];
    v_value text;
begin
    perform perf_internal.check_trigger_table(tg_table_schema);
    if new.guard_status = 'held' then
        perform perf_internal.clear_alert(
            'config_guard',
            new.model_type,
            null,
            format('The guard of activation %s held.', new.id)
        );
        return null;
    end if;
    select a.*
    into v_broken
    from perf.model_config_activations as a
    where a.model_type = new.model_type
        and a.active_until = new.active_from;
    -- perf.check_config_guards() writes: error_rate was 0.5 over 60 calls, limit 0.1.
    v_value := substring(
        substr(new.notes, length(v_broken.guard ->> 'metric') + 1)
        from '^ was (-?[0-9]{1,30}([.][0-9]{1,30})?) over '
    );
    v_versions := array(
        select c.version
        from unnest(array[v_broken.config_id, new.config_id]) with ordinality as k (id, position)
        join perf.model_config_history as c on c.id = k.id
        order by k.position
    );
    -- A second rollback is news, also to those who know of the first.
    perform perf_internal.clear_alert(
        'config_guard',
        new.model_type,
        null,
        format('The guard of activation %s broke, too.', v_broken.id),
        new.active_from
    );
    perform perf_internal.raise_alert(
        'config_guard',
        'critical',
        new.model_type,
        null,
        format(
            'The configuration of %s was rolled back from version %s to version %s: %s.',
            new.model_type,
            v_versions[1],
            v_versions[2],
            coalesce(new.notes, 'its guard broke')
        ),
        jsonb_build_object(
            'metric', v_broken.guard ->> 'metric',
            'value', v_value::float8,
            'limit', v_broken.guard -> 'limit',
            'guard', v_broken.guard,
            'broken_activation_id', v_broken.id,
            'broken_config_id', v_broken.config_id,
            'broken_version', v_versions[1],
            'activation_id', new.id,
            'restored_config_id', new.config_id,
            'restored_version', v_versions[2]
        ),
        'rollback',
        new.active_from
    );
    return null;
end
$$;

comment on function perf_internal.watch_config_guards is
    'Trigger: a guard that broke raises the critical alert config_guard of its model type, with auto_action_taken rollback; another one raises another alert. A later activation whose guard held clears it.';

revoke execute on function perf_internal.watch_config_guards from public;

create or replace trigger watch_broken_guards
    after insert on perf.model_config_activations
    for each row
    when (new.kind = 'guard')
    execute function perf_internal.watch_config_guards();

create or replace trigger watch_config_guards
    after update on perf.model_config_activations
    for each row
    when (new.guard_status = 'held' and old.guard_status = 'watching')
    execute function perf_internal.watch_config_guards();
