-- NOTIFY makes commits wait for each other, so a database with many clients and no listener may turn
-- it off: alter database ... set perf.notify_trainings = off.
create or replace function perf_internal.announce_training()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if current_setting('perf.notify_trainings', true) = 'off' then
        return null;
    end if;
    perform pg_notify(
        'perf_trainings',
        jsonb_build_object(
            'training_id', new.id,
            'model_type', new.model_type,
            'machine_id', new.machine_id,
            'status', new.training_status
        )::text
    );
    return null;
end
$$;

comment on function perf_internal.announce_training is
    'Trigger: notifies perf_trainings of each step of a training: {"training_id", "model_type", "machine_id", "status"}. Nothing is notified where perf.notify_trainings is off.';

revoke execute on function perf_internal.announce_training from public;

create or replace trigger announce_new_training
    after insert on perf.model_training_history
    for each row execute function perf_internal.announce_training();

-- A heartbeat is no step.
create or replace trigger announce_training
    after update on perf.model_training_history
    for each row
    when (
        new.training_status <> old.training_status
        or new.lease_id is distinct from old.lease_id
    )
    execute function perf_internal.announce_training();
