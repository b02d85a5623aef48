-- security definer: callers may not write trainings themselves; their role is checked first. The row
-- lock is that of perf_internal.lock_training(), so a step of the trainer comes before or after.
create or replace function perf_internal.cancel_training(
    training_id uuid,
    reason text default null,
    as_of timestamptz default now()
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_status text;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(cancel_training.as_of);
    select h.training_status
    into v_status
    from perf.model_training_history as h
    where h.id = cancel_training.training_id
    for no key update;
    if v_status is null then
        raise exception using
            errcode = 'PT404',
            message = 'there is no training ' || coalesce(cancel_training.training_id::text, 'null'),
            hint = 'perf.get_trainings() lists them.';
    elsif v_status = 'cancelled' then
        return false;
    elsif v_status in ('completed', 'failed') then
        raise exception using
            errcode = 'PT409',
            message = format('training %s is %s', cancel_training.training_id, v_status),
            hint = 'It is over. Only one that is pending or running can be cancelled.';
    end if;
    update perf.model_training_history as h
    set training_status = 'cancelled',
        training_end = greatest(cancel_training.as_of, h.training_start),
        lease_expires_at = null,
        error_message = left(
            btrim(
                regexp_replace(
                    left(cancel_training.reason, 10000),
                    perf_internal.get_control_characters(),
                    ' ',
                    'g'
                )
            ),
            2000
        )
    where h.id = cancel_training.training_id;
    return true;
end
$$;

comment on function perf_internal.cancel_training is
    'See perf.cancel_training(). as_of is when it is cancelled.';

revoke execute on function perf_internal.cancel_training from public;
grant execute on function perf_internal.cancel_training
    to authenticated, service_role, perf_admin;
