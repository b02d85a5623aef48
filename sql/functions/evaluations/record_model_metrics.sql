create or replace function perf.record_model_metrics(
    model_type text,
    evaluation_date timestamptz default now(),
    machine_id uuid default null,
    model_id uuid default null,
    model_version text default null,
    r_squared double precision default null,
    rmse double precision default null,
    mae double precision default null,
    mape double precision default null,
    "precision" double precision default null,
    recall double precision default null,
    f1_score double precision default null,
    sample_count bigint default null,
    data_completeness double precision default null,
    metrics jsonb default null
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.record_model_metrics(
        record_model_metrics.model_type,
        record_model_metrics.evaluation_date,
        record_model_metrics.machine_id,
        record_model_metrics.model_id,
        record_model_metrics.model_version,
        record_model_metrics.r_squared,
        record_model_metrics.rmse,
        record_model_metrics.mae,
        record_model_metrics.mape,
        record_model_metrics.precision,
        record_model_metrics.recall,
        record_model_metrics.f1_score,
        record_model_metrics.sample_count,
        record_model_metrics.data_completeness,
        record_model_metrics.metrics
    );
$$;

comment on function perf.record_model_metrics is
    'Records one evaluation of a trained model: a type of model on a machine, or on none, which is added if it is new. For several use perf.record_model_metrics_batch(). evaluation_date is from 1970 to tomorrow, null for now. r_squared is at most 1; rmse, mae (in the unit of what is predicted) and mape (in percent) are 0 to 1e15; precision, recall, f1_score and data_completeness are 0 to 1. metrics is an object of up to 100 further numbers by name, for example {"auc": 0.91}: each is a metric evaluation.<name> of perf.query_metrics(), and perf.set_metric() says whether higher is better. A retry with the same evaluation_date, model_id and model_version changes nothing: false means that it was recorded before. SQL needs quotes around the name "precision". Errors: 22023 bad argument, 42501 not a recorder, PT409 more than 1000 names of metrics.';

revoke execute on function perf.record_model_metrics from public;
grant execute on function perf.record_model_metrics
    to authenticated, service_role, perf_admin, perf_recorder;
