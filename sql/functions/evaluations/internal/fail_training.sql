-- security definer: callers may not write trainings themselves; their role is checked first.
create or replace function perf_internal.fail_training(
    training_id uuid,
    lease_id uuid,
    error text default null,
    retry boolean default false,
    as_of timestamptz default now()
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_training perf.model_training_history;
    v_is_over boolean;
begin
    perform perf_internal.require_role('recorder');
    perform perf_internal.check_as_of(fail_training.as_of);
    v_training := perf_internal.lock_training(fail_training.training_id, fail_training.lease_id);
    if v_training.training_status in ('failed', 'pending') then
        return false;
    elsif v_training.training_status <> 'running' then
        raise exception using
            errcode = 'PT409',
            message = format('training %s is %s', v_training.id, v_training.training_status),
            hint = 'It is over. Ask for another one with perf.trigger_retraining().';
    end if;
    v_is_over := fail_training.retry is not true
        or v_training.attempt_count >= v_training.max_attempts;
    update perf.model_training_history as h
    set training_status = case when v_is_over then 'failed' else 'pending' end,
        training_end = case
            when v_is_over then greatest(fail_training.as_of, h.training_start)
        end,
        lease_expires_at = null,
        -- A trainer that fails may have no better than a long message. It must not keep the training.
        error_message = left(
            btrim(
                regexp_replace(
                    left(fail_training.error, 10000),
                    perf_internal.get_control_characters(),
                    ' ',
                    'g'
                )
            ),
            2000
        )
    where h.id = v_training.id;
    return true;
end
$$;

comment on function perf_internal.fail_training is
    'See perf.fail_training(). as_of is when it failed.';

revoke execute on function perf_internal.fail_training from public;
grant execute on function perf_internal.fail_training
    to authenticated, service_role, perf_admin, perf_recorder;
