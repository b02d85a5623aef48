-- security definer: no API role may write activations; the caller is checked first. A rollback only
-- goes to what was in force before and passed whatever rule there was then, so it needs no
-- approval: when it is needed, the second person may be asleep. Two people who roll back from the
-- same bad version at once would go two steps; from_id makes the second one fail instead.
create or replace function perf_internal.rollback_model_config(
    model_type text,
    steps integer,
    to_id uuid,
    notes text,
    from_id uuid
)
returns perf.model_config_activations
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_current perf.model_config_activations;
    v_target_id bigint;
    v_activation perf.model_config_activations;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.add_own_profile();
    if rollback_model_config.steps is null or rollback_model_config.steps < 1
        or (rollback_model_config.to_id is not null and rollback_model_config.steps <> 1)
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'steps must be at least 1, got '
                || coalesce(rollback_model_config.steps::text, 'null'),
            hint = 'Give either steps or to_id.';
    end if;
    perform perf_internal.lock_config_type(rollback_model_config.model_type);
    select a.*
    into v_current
    from perf.model_config_activations as a
    where a.model_type = rollback_model_config.model_type
        and a.active_until is null;
    if v_current.config_id is null then
        raise exception using
            errcode = 'PT404',
            message = 'no active configuration of model type '
                || perf_internal.quote_value(rollback_model_config.model_type);
    elsif v_current.config_id <> rollback_model_config.from_id then
        raise exception using
            errcode = 'PT409',
            message = format(
                '%s is not the active configuration of %s: %s is',
                rollback_model_config.from_id,
                perf_internal.quote_value(rollback_model_config.model_type),
                v_current.config_id
            ),
            hint = 'Somebody else was faster.';
    elsif v_current.config_id = rollback_model_config.to_id then
        raise exception using
            errcode = 'PT409',
            message = format('%s is active already', rollback_model_config.to_id);
    end if;
    if rollback_model_config.to_id is null then
        v_target_id := v_current.previous_id;
        for v_step in 2 .. rollback_model_config.steps loop
            exit when v_target_id is null;
            v_target_id := (
                select a.previous_id
                from perf.model_config_activations as a
                where a.id = v_target_id
            );
        end loop;
    else
        select a.id
        into v_target_id
        from perf.model_config_activations as a
        where a.model_type = rollback_model_config.model_type
            and a.config_id = rollback_model_config.to_id
        order by a.active_from desc
        limit 1;
    end if;
    if v_target_id is null then
        raise exception using
            errcode = 'PT409',
            message = case
                when rollback_model_config.to_id is not null then format(
                    '%s was never the active configuration of %s',
                    rollback_model_config.to_id,
                    perf_internal.quote_value(rollback_model_config.model_type)
                )
                else format(
                    'nothing to roll back to: steps (%s) goes past the first activation of %s',
                    rollback_model_config.steps,
                    perf_internal.quote_value(rollback_model_config.model_type)
                )
            end,
            hint = 'perf.get_rollback_candidates() lists what there is to go back to.';
    end if;
    insert into perf.model_config_activations as a (model_type, kind, notes, restores_id)
    values (
        rollback_model_config.model_type,
        'rollback',
        rollback_model_config.notes,
        v_target_id
    )
    returning a.* into v_activation;
    return v_activation;
end
$$;

comment on function perf_internal.rollback_model_config is 'Does the work of perf.rollback_model_config().';

revoke execute on function perf_internal.rollback_model_config from public;
grant execute on function perf_internal.rollback_model_config to authenticated, service_role, perf_admin;
