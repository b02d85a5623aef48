create or replace function perf_internal.get_training_problem(
    metrics jsonb,
    hyperparameters jsonb,
    sample_count bigint,
    training_data_start timestamptz,
    training_data_end timestamptz
)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when jsonb_typeof(get_training_problem.metrics) <> 'object'
            then 'metrics must be a JSON object, got '
                || perf_internal.quote_json(get_training_problem.metrics)
        when jsonb_typeof(get_training_problem.hyperparameters) <> 'object'
            then 'hyperparameters must be a JSON object, got '
                || perf_internal.quote_json(get_training_problem.hyperparameters)
        when pg_column_size(get_training_problem.hyperparameters) > 65536
            then 'hyperparameters must be at most 64 KB, got '
                || pg_size_pretty(pg_column_size(get_training_problem.hyperparameters)::bigint)
        when get_training_problem.sample_count < 0
            then 'sample_count must not be negative, got ' || get_training_problem.sample_count
        when not isfinite(get_training_problem.training_data_start)
            then 'training_data_start must be a point in time, got '
                || get_training_problem.training_data_start
        when not isfinite(get_training_problem.training_data_end)
            then 'training_data_end must be a point in time, got '
                || get_training_problem.training_data_end
        when get_training_problem.training_data_end < get_training_problem.training_data_start
            then format(
                'training_data_end must not be before training_data_start, got %s and %s',
                get_training_problem.training_data_end,
                get_training_problem.training_data_start
            )
        else perf_internal.get_json_problem('hyperparameters', get_training_problem.hyperparameters)
    end;
$$;

comment on function perf_internal.get_training_problem is
    'What is wrong with what a trainer says of a training, naming the argument and its value; null if nothing is.';

revoke execute on function perf_internal.get_training_problem from public;
