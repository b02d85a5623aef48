-- security definer: a session that may write trainings may not write alerts.
create or replace function perf_internal.watch_trainings()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.check_trigger_table(tg_table_schema);
    if new.training_status = 'completed' then
        perform perf_internal.clear_alert(
            'training_failed',
            new.model_type,
            new.machine_id,
            format('Training %s completed.', new.id),
            new.training_end
        );
    else
        perform perf_internal.raise_alert(
            'training_failed',
            'warning',
            new.model_type,
            new.machine_id,
            format(
                'Training of %s failed: %s',
                new.model_type,
                coalesce(nullif(left(new.error_message, 500), ''), 'no error was given.')
            ),
            jsonb_build_object(
                'training_id', new.id,
                'worker', new.claimed_by,
                'attempt_count', new.attempt_count,
                'max_attempts', new.max_attempts,
                'error_message', new.error_message
            ),
            as_of => new.training_end
        );
    end if;
    return null;
end
$$;

comment on function perf_internal.watch_trainings is
    'Trigger: a training that failed raises the alert training_failed of its model type and machine; one that completed clears it.';

revoke execute on function perf_internal.watch_trainings from public;

create or replace trigger watch_trainings
    after update on perf.model_training_history
    for each row
    when (
        new.training_status <> old.training_status
        and new.training_status in ('completed', 'failed')
    )
    execute function perf_internal.watch_trainings();
