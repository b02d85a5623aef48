create or replace function perf.record_feature_values(
    model_type text,
    machine_id uuid,
    feature text,
    "values" double precision[] default null,
    categories jsonb default null,
    observed_at timestamptz default null,
    batch_id uuid default null
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.record_feature_values(
        record_feature_values.model_type,
        record_feature_values.machine_id,
        record_feature_values.feature,
        record_feature_values.values,
        record_feature_values.categories,
        record_feature_values.observed_at,
        record_feature_values.batch_id
    );
$$;

comment on function perf.record_feature_values is
    'Records what a trained model was given for one feature: counts, sums and a histogram of the values, never the values. For several features use perf.record_feature_batches(). Either values, numbers of any sign that are 0 or of a size from 1e-100 to 1e15; or categories, an array of strings or booleans, or an object of counts by category such as {"red": 3}. Null elements count as missing. A feature has numbers or categories. Numbers are known within 0.5 % from 1e-6 to 2e10 on both sides of 0; those nearer to 0 count as about 1e-6, those farther as about 2e10. A feature has at most 1,000 categories; further ones count in 256 cells by their hash. observed_at, when the model was given them, defaults to the time in a version 7 batch_id, else now. A batch_id makes a retry harmless: false means that nothing was new. Errors: 22023 bad argument, PT409 the feature has the other kind of values, 42501 not a recorder.';

revoke execute on function perf.record_feature_values from public;
grant execute on function perf.record_feature_values
    to authenticated, service_role, perf_admin, perf_recorder;
