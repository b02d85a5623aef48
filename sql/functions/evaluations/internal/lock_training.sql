-- No key update, because a drift check that names the training need not wait.
create or replace function perf_internal.lock_training(training_id uuid, lease_id uuid)
returns perf.model_training_history
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_training perf.model_training_history;
begin
    select h.*
    into v_training
    from perf.model_training_history as h
    where h.id = lock_training.training_id
    for no key update;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no training ' || coalesce(lock_training.training_id::text, 'null'),
            hint = 'perf.get_trainings() lists them.';
    elsif lock_training.lease_id is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'lease_id must not be null',
            hint = 'perf.claim_training() returns it.';
    elsif v_training.lease_id is distinct from lock_training.lease_id then
        raise exception using
            errcode = 'PT409',
            message = format(
                'training %s is not held with lease_id %s',
                lock_training.training_id,
                lock_training.lease_id
            ),
            hint = case
                when v_training.lease_id is null
                    then 'Nobody has claimed it. perf.claim_training() gives a lease.'
                else 'The lease was over, and another trainer claimed it. Stop the work; perf.claim_training() gives another one.'
            end;
    end if;
    return v_training;
end
$$;

comment on function perf_internal.lock_training is
    'Locks a training for the trainer that claimed it last, and returns it. Errors: 22023 no lease_id, PT404 no such training, PT409 another trainer has it.';

revoke execute on function perf_internal.lock_training from public;
