-- security definer: callers may not write trainings themselves; their role is checked first.
create or replace function perf_internal.complete_training(
    training_id uuid,
    lease_id uuid,
    model_version text,
    metrics jsonb default null,
    model_id uuid default null,
    hyperparameters jsonb default null,
    sample_count bigint default null,
    training_data_start timestamptz default null,
    training_data_end timestamptz default null,
    improvement_metric text default null,
    as_of timestamptz default now()
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_training perf.model_training_history;
    v_metrics jsonb := nullif(complete_training.metrics, 'null');
    v_hyperparameters jsonb := nullif(complete_training.hyperparameters, 'null');
    v_evaluation jsonb;
    v_problem text;
    v_metric text;
    v_improvement record;
begin
    perform perf_internal.require_role('recorder');
    perform perf_internal.check_as_of(complete_training.as_of);
    v_training := perf_internal.lock_training(
        complete_training.training_id, complete_training.lease_id
    );
    if v_training.training_status = 'completed'
        and v_training.model_version = btrim(complete_training.model_version)
    then
        return false;
    elsif v_training.training_status <> 'running' then
        raise exception using
            errcode = 'PT409',
            message = format('training %s is %s', v_training.id, v_training.training_status),
            hint = case v_training.training_status
                when 'completed' then 'It has another model_version. A training makes one model.'
                when 'cancelled' then 'An admin withdrew it. Stop the work.'
                else 'It was given up, or its lease was over. Ask for another one with perf.trigger_retraining().'
            end;
    end if;
    v_problem := coalesce(
        perf_internal.get_name_problem('model_version', complete_training.model_version, 200),
        perf_internal.get_training_problem(
            v_metrics,
            v_hyperparameters,
            complete_training.sample_count,
            complete_training.training_data_start,
            complete_training.training_data_end
        )
    );
    if v_problem is null and v_metrics <> '{}' then
        -- What has a column of its own, and the rest.
        v_evaluation := (
            select coalesce(jsonb_object_agg(m.key, m.value) filter (where m.is_column), '{}')
                || jsonb_build_object(
                    'metrics', jsonb_object_agg(m.key, m.value) filter (where not m.is_column),
                    'model_type', v_training.model_type,
                    'machine_id', v_training.machine_id,
                    'model_id', complete_training.model_id,
                    'model_version', complete_training.model_version,
                    'evaluation_date', complete_training.as_of
                )
            from (
                select
                    e.key,
                    e.value,
                    e.key in (
                        'rmse', 'mae', 'mape', 'r_squared', 'f1_score', 'precision', 'recall',
                        'data_completeness', 'sample_count'
                    ) as is_column
                from jsonb_each(v_metrics) as e
            ) as m
        );
        v_problem := perf_internal.get_evaluation_problem(v_evaluation);
    end if;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    -- First, because it adds the names of metrics that are new.
    if v_evaluation is not null then
        perform perf_internal.record_evaluations(jsonb_build_array(v_evaluation));
    end if;
    if complete_training.improvement_metric is not null then
        v_metric := (
            perf_internal.find_evaluation_metric(btrim(complete_training.improvement_metric))
        ).metric;
    end if;
    select i.improvement_metric, i.performance_improvement
    into v_improvement
    from perf_internal.get_training_improvement(
        v_training.model_type, v_training.machine_id, v_metrics, v_metric
    ) as i;
    if v_metric is not null and v_improvement.improvement_metric is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'improvement_metric must be one of metrics, got '
                || perf_internal.quote_value(complete_training.improvement_metric);
    end if;
    update perf.model_training_history as h
    set training_status = 'completed',
        training_end = greatest(complete_training.as_of, h.training_start),
        lease_expires_at = null,
        error_message = null,
        model_version = btrim(complete_training.model_version),
        model_id = complete_training.model_id,
        metrics = v_metrics,
        hyperparameters = v_hyperparameters,
        sample_count = complete_training.sample_count,
        training_data_start = complete_training.training_data_start,
        training_data_end = complete_training.training_data_end,
        improvement_metric = v_improvement.improvement_metric,
        performance_improvement = v_improvement.performance_improvement
    where h.id = v_training.id;
    return true;
end
$$;

comment on function perf_internal.complete_training is
    'See perf.complete_training(). as_of is when it completed, and the time of the evaluation.';

revoke execute on function perf_internal.complete_training from public;
grant execute on function perf_internal.complete_training
    to authenticated, service_role, perf_admin, perf_recorder;
