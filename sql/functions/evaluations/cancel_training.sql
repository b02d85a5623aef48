create or replace function perf.cancel_training(training_id uuid, reason text default null)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.cancel_training(cancel_training.training_id, cancel_training.reason);
$$;

comment on function perf.cancel_training is
    'Withdraws a training that is pending or running, for example one of a model type that was misspelt. It is no failure, and opens no alert. A trainer that has it is refused (PT409) with its next step. error_message is reason without control characters, at most 2000 characters of it. A repeated call is harmless: false means that it was cancelled before. Notifies the channel perf_trainings. Errors: PT404 no such training, PT409 it completed or failed, 42501 not an admin.';

revoke execute on function perf.cancel_training from public;
grant execute on function perf.cancel_training to authenticated, service_role, perf_admin;
