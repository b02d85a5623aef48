-- One look into the unique key for each model and month, from the last month on, instead of a sort of
-- all evaluations, which are kept for ever.
create or replace view perf.v_latest_model_performance
with (security_invoker = true)
as
select
    e.id,
    m.model_type,
    m.machine_id,
    e.model_id,
    e.model_version,
    e.evaluation_date,
    e.r_squared,
    e.rmse,
    e.mae,
    e.mape,
    e.precision,
    e.recall,
    e.f1_score,
    e.sample_count,
    e.data_completeness,
    e.metrics,
    e.drift_detected,
    e.drift_score,
    e.drift_details,
    e.created_at
from perf_internal.trained_models as m
cross join lateral (
    select r.*
    from perf.model_performance_metrics as r
    where r.series_id = m.id
    order by r.evaluation_date desc, r.id desc
    limit 1
) as e;

comment on view perf.v_latest_model_performance is
    'The latest evaluation of each model type and machine, and what its last drift check found. Of several evaluations at one time it is the one recorded last.';
comment on column perf.v_latest_model_performance.id is
    'Key of the evaluation, together with evaluation_date.';
comment on column perf.v_latest_model_performance.model_type is 'What kind of model it is.';
comment on column perf.v_latest_model_performance.machine_id is
    'The machine that the model is for; null for none.';
comment on column perf.v_latest_model_performance.model_id is
    'Key of the model at its owner; null for none.';
comment on column perf.v_latest_model_performance.model_version is
    'Version of the model; null if unknown.';
comment on column perf.v_latest_model_performance.evaluation_date is 'When it was evaluated.';
comment on column perf.v_latest_model_performance.r_squared is
    'Coefficient of determination, at most 1.';
comment on column perf.v_latest_model_performance.rmse is
    'Root of the mean squared error, in the unit of what is predicted.';
comment on column perf.v_latest_model_performance.mae is
    'Mean absolute error, in the unit of what is predicted.';
comment on column perf.v_latest_model_performance.mape is
    'Mean absolute percentage error, in percent.';
comment on column perf.v_latest_model_performance.precision is
    'True positives over all that were predicted to be positive, 0 to 1.';
comment on column perf.v_latest_model_performance.recall is
    'True positives over all that are positive, 0 to 1.';
comment on column perf.v_latest_model_performance.f1_score is
    'Harmonic mean of precision and recall, 0 to 1.';
comment on column perf.v_latest_model_performance.sample_count is
    'How many cases it was evaluated on.';
comment on column perf.v_latest_model_performance.data_completeness is
    'Share of the data that was there, 0 to 1.';
comment on column perf.v_latest_model_performance.metrics is
    'Further metrics by name; null for none.';
comment on column perf.v_latest_model_performance.drift_detected is
    'Whether the last drift check of this evaluation found drift; null before one.';
comment on column perf.v_latest_model_performance.drift_score is 'Of that check, 0 to 1.';
comment on column perf.v_latest_model_performance.drift_details is
    'What that check found; see perf.check_model_drift().';
comment on column perf.v_latest_model_performance.created_at is 'When the row was written.';

grant select on perf.v_latest_model_performance
    to authenticated, service_role, perf_admin, perf_analyst;
