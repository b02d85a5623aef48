-- security definer: a session that may write drift checks may not write alerts.
--
-- A check that tested nothing, and one of an earlier range, say nothing about now. Of two checks at once
-- the later commit counts.
create or replace function perf_internal.watch_drift_checks()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_model perf_internal.trained_models;
begin
    perform perf_internal.check_trigger_table(tg_table_schema);
    if new.drift_detected is null
        or exists (
            select
            from perf.model_drift_checks as c
            where c.trained_model_id = new.trained_model_id
                and c.end_time > new.end_time
                and c.drift_detected is not null
        )
    then
        return null;
    end if;
    select m.*
    into v_model
    from perf_internal.trained_models as m
    where m.id = new.trained_model_id;
    if new.drift_detected then
        perform perf_internal.raise_alert(
            'model_drift',
            'warning',
            v_model.model_type,
            v_model.machine_id,
            format(
                '%s drifts%s: drift_score %s from %s to %s UTC.',
                v_model.model_type,
                -- The worst is the first.
                ', most in ' || (new.drift_details #>> '{tests,0,kind}')
                    || ' ' || (new.drift_details #>> '{tests,0,name}'),
                round(new.drift_score::numeric, 3),
                to_char(new.start_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
                to_char(new.end_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
            ),
            jsonb_build_object(
                'check_id', new.id,
                'drift_score', new.drift_score,
                'start_time', new.start_time,
                'end_time', new.end_time,
                'training_id', new.training_id
            ),
            case when new.training_id is not null then 'retraining' end,
            new.checked_at
        );
    else
        perform perf_internal.clear_alert(
            'model_drift',
            v_model.model_type,
            v_model.machine_id,
            format('Check %s found no drift.', new.id),
            new.checked_at
        );
    end if;
    return null;
end
$$;

comment on function perf_internal.watch_drift_checks is
    'Trigger: a check that found drift raises the alert model_drift of its model type and machine, with auto_action_taken retraining when it asked for a training; one that found none clears it. A check that tested nothing, and one of a range that ends before that of another check, change nothing.';

revoke execute on function perf_internal.watch_drift_checks from public;

create or replace trigger watch_drift_checks
    after insert on perf.model_drift_checks
    for each row execute function perf_internal.watch_drift_checks();
