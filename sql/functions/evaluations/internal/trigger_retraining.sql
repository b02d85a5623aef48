-- security definer: callers may not write trainings themselves; their role is checked first.
--
-- Of two at once the second waits at the unique index until the first ends. Its next statement sees
-- the training of the first, unless that is over by then, or was never committed: then it inserts.
create or replace function perf_internal.trigger_retraining(
    model_type text,
    machine_id uuid default null,
    trigger_type text default 'manual',
    reason text default null,
    max_attempts integer default 3,
    as_of timestamptz default now()
)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
    v_id uuid;
begin
    perform perf_internal.require_role('recorder');
    perform perf_internal.check_as_of(trigger_retraining.as_of);
    v_problem := coalesce(
        perf_internal.get_name_problem('model_type', trigger_retraining.model_type, 200),
        case
            when trigger_retraining.trigger_type
                in ('manual', 'scheduled', 'drift', 'degradation') is not true
                then 'trigger_type must be manual, scheduled, drift or degradation, got '
                    || perf_internal.quote_value(trigger_retraining.trigger_type)
            when trigger_retraining.reason is not null
                then perf_internal.get_name_problem('reason', trigger_retraining.reason, 1000)
        end,
        case
            when trigger_retraining.max_attempts between 1 and 100 is not true
            then 'max_attempts must be between 1 and 100, got '
                || coalesce(trigger_retraining.max_attempts::text, 'null')
        end
    );
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    perform perf_internal.fail_lost_trainings(trigger_retraining.as_of);
    loop
        insert into perf.model_training_history as h (
            model_type, machine_id, trigger_type, trigger_reason, requested_at, requested_by,
            max_attempts
        )
        values (
            btrim(trigger_retraining.model_type),
            trigger_retraining.machine_id,
            trigger_retraining.trigger_type,
            btrim(trigger_retraining.reason),
            trigger_retraining.as_of,
            perf_internal.get_caller_name(),
            trigger_retraining.max_attempts
        )
        on conflict do nothing
        returning h.id into v_id;
        if v_id is null then
            select h.id
            into v_id
            from perf.model_training_history as h
            where h.model_type = btrim(trigger_retraining.model_type)
                and h.machine_id is not distinct from trigger_retraining.machine_id
                and h.training_status in ('pending', 'running');
        end if;
        exit when v_id is not null;
    end loop;
    return v_id;
end
$$;

comment on function perf_internal.trigger_retraining is
    'See perf.trigger_retraining(). as_of is when it is asked for.';

revoke execute on function perf_internal.trigger_retraining from public;
grant execute on function perf_internal.trigger_retraining
    to authenticated, service_role, perf_admin, perf_recorder;
