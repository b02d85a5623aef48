create or replace function perf.complete_training(
    training_id uuid,
    lease_id uuid,
    model_version text,
    metrics jsonb default null,
    model_id uuid default null,
    hyperparameters jsonb default null,
    sample_count bigint default null,
    training_data_start timestamptz default null,
    training_data_end timestamptz default null,
    improvement_metric text default null
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.complete_training(
        complete_training.training_id,
        complete_training.lease_id,
        complete_training.model_version,
        complete_training.metrics,
        complete_training.model_id,
        complete_training.hyperparameters,
        complete_training.sample_count,
        complete_training.training_data_start,
        complete_training.training_data_end,
        complete_training.improvement_metric
    );
$$;

comment on function perf.complete_training is
    'Completes a training with the version of the new model. metrics is an object of numbers by name, such as {"rmse": 1.2, "auc": 0.9}: they are recorded as an evaluation of the model too, and checked as perf.record_model_metrics() does. performance_improvement compares improvement_metric with the last completed training of the model that has it, in the better direction that perf.metrics knows; without a name it is the first of rmse, mae, mape, r_squared, f1_score, precision and recall that both have. sample_count, training_data_start and training_data_end say what it was trained on. It may come after the end of the lease, as long as nobody else has claimed the training. A retry is harmless: false means that it was completed with this version before. Notifies the channel perf_trainings. Errors: 22023 bad argument, PT404 no such training or metric, PT409 another trainer has it, it ended in another way, or its metrics have more than 1000 names; 42501 not a recorder.';

revoke execute on function perf.complete_training from public;
grant execute on function perf.complete_training
    to authenticated, service_role, perf_admin, perf_recorder;
