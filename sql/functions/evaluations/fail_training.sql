create or replace function perf.fail_training(
    training_id uuid,
    lease_id uuid,
    error text default null,
    retry boolean default false
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.fail_training(
        fail_training.training_id, fail_training.lease_id, fail_training.error, fail_training.retry
    );
$$;

comment on function perf.fail_training is
    'Ends a training that a trainer could not do. With retry it goes back to those that may be claimed, unless it was claimed max_attempts times. error_message is error without control characters, at most 2000 characters of it. A repeated call is harmless: false means that this trainer gave the training up before. Notifies the channel perf_trainings. Errors: 22023 no lease_id, PT404 no such training, PT409 another trainer has it, it completed, or it was cancelled; 42501 not a recorder.';

revoke execute on function perf.fail_training from public;
grant execute on function perf.fail_training
    to authenticated, service_role, perf_admin, perf_recorder;
