create or replace function perf.heartbeat_training(
    training_id uuid,
    lease_id uuid,
    lease interval default '5 minutes'
)
returns timestamptz
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.heartbeat_training(
        heartbeat_training.training_id, heartbeat_training.lease_id, heartbeat_training.lease
    );
$$;

comment on function perf.heartbeat_training is
    'Holds a training for the time of the lease from now, 1 second to 7 days, and returns when that is over. It may come late, as long as nobody else has claimed the training. Errors: 22023 bad argument, PT404 no such training, PT409 another trainer has it, or it is over: stop the work; 42501 not a recorder.';

revoke execute on function perf.heartbeat_training from public;
grant execute on function perf.heartbeat_training
    to authenticated, service_role, perf_admin, perf_recorder;
