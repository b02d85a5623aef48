-- security definer: callers may not write evaluations or add models themselves; their role is checked
-- first. It goes the way of a batch, so that an evaluation is checked in one way. JSON holds each
-- double precision as it is, as long as no setting shortens it.
create or replace function perf_internal.record_model_metrics(
    model_type text,
    evaluation_date timestamptz,
    machine_id uuid,
    model_id uuid,
    model_version text,
    r_squared double precision,
    rmse double precision,
    mae double precision,
    mape double precision,
    "precision" double precision,
    recall double precision,
    f1_score double precision,
    sample_count bigint,
    data_completeness double precision,
    metrics jsonb
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
declare
    v_evaluation jsonb;
    v_problem text;
begin
    perform perf_internal.require_role('recorder');
    v_evaluation := jsonb_build_object(
        'model_type', record_model_metrics.model_type,
        'evaluation_date', record_model_metrics.evaluation_date,
        'machine_id', record_model_metrics.machine_id,
        'model_id', record_model_metrics.model_id,
        'model_version', record_model_metrics.model_version,
        'r_squared', record_model_metrics.r_squared,
        'rmse', record_model_metrics.rmse,
        'mae', record_model_metrics.mae,
        'mape', record_model_metrics.mape,
        'precision', record_model_metrics.precision,
        'recall', record_model_metrics.recall,
        'f1_score', record_model_metrics.f1_score,
        'sample_count', record_model_metrics.sample_count,
        'data_completeness', record_model_metrics.data_completeness,
        'metrics', record_model_metrics.metrics
    );
    v_problem := perf_internal.get_evaluation_problem(v_evaluation);
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    return perf_internal.record_evaluations(jsonb_build_array(v_evaluation)) = 1;
end
$$;

comment on function perf_internal.record_model_metrics is
    'Records one evaluation, for perf.record_model_metrics(), which says more. Errors: 22023, 42501, PT409.';

revoke execute on function perf_internal.record_model_metrics from public;
grant execute on function perf_internal.record_model_metrics
    to authenticated, service_role, perf_admin, perf_recorder;
