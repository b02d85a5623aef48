create or replace function perf.save_feature_profile(
    model_type text,
    machine_id uuid,
    feature text,
    "values" double precision[] default null,
    categories jsonb default null,
    kind text default 'reference'
)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.save_feature_profile(
        save_feature_profile.model_type,
        save_feature_profile.machine_id,
        save_feature_profile.feature,
        save_feature_profile.values,
        save_feature_profile.categories,
        save_feature_profile.kind
    );
$$;

comment on function perf.save_feature_profile is
    'Saves what a feature should look like, for example in the training data, in place of what was saved of that feature before. The profiles of a trained model become what it is compared with when it is checked for drift, in place of a time range. Values or categories as perf.record_feature_values() takes them; only counts, sums and a histogram are kept. Of more than 1,000 categories, the rarest count in 256 cells by their hash. kind is reference. Returns how many values the profile has, missing ones included. Errors: 22023 bad argument, PT409 the feature was recorded with the other kind of values, or the reference is a time range and the caller is not an admin, 42501 not a recorder.';

revoke execute on function perf.save_feature_profile from public;
grant execute on function perf.save_feature_profile
    to authenticated, service_role, perf_admin, perf_recorder;
