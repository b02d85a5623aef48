-- security definer: callers may not write trainings themselves; their role is checked first.
create or replace function perf_internal.heartbeat_training(
    training_id uuid,
    lease_id uuid,
    lease interval default '5 minutes',
    as_of timestamptz default now()
)
returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_training perf.model_training_history;
    v_expires_at timestamptz;
begin
    perform perf_internal.require_role('recorder');
    perform perf_internal.check_as_of(heartbeat_training.as_of);
    perform perf_internal.check_lease(heartbeat_training.lease);
    v_training := perf_internal.lock_training(
        heartbeat_training.training_id, heartbeat_training.lease_id
    );
    if v_training.training_status <> 'running' then
        raise exception using
            errcode = 'PT409',
            message = format('training %s is %s', v_training.id, v_training.training_status),
            hint = 'Stop the work: the training is not yours any more. perf.claim_training() gives another one.';
    end if;
    update perf.model_training_history as h
    set lease_expires_at = heartbeat_training.as_of + heartbeat_training.lease
    where h.id = v_training.id
    returning h.lease_expires_at into v_expires_at;
    return v_expires_at;
end
$$;

comment on function perf_internal.heartbeat_training is
    'See perf.heartbeat_training(). as_of is when the trainer lives.';

revoke execute on function perf_internal.heartbeat_training from public;
grant execute on function perf_internal.heartbeat_training
    to authenticated, service_role, perf_admin, perf_recorder;
