-- Three questions, because the key does not find "is not distinct from", nor "or" for certain. A category
-- whose cell has a series has come after the first 1,000, and stays there.
create or replace function perf_internal.get_feature_series(
    trained_model_id uuid,
    feature text,
    kind text,
    category text
)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    return coalesce(
        (
            select f.id
            from perf_internal.feature_series as f
            where f.trained_model_id = get_feature_series.trained_model_id
                and f.feature = get_feature_series.feature
                and f.kind = get_feature_series.kind
                and f.category = get_feature_series.category
        ),
        (
            select f.id
            from perf_internal.feature_series as f
            where f.trained_model_id = get_feature_series.trained_model_id
                and f.feature = get_feature_series.feature
                and f.kind = get_feature_series.kind
                and f.category is null
        ),
        (
            select f.id
            from perf_internal.feature_series as f
            where f.trained_model_id = get_feature_series.trained_model_id
                and f.feature = get_feature_series.feature
                and f.kind = get_feature_series.kind
                and f.category = perf_internal.get_overflow_category(get_feature_series.category)
        )
    );
end
$$;

comment on function perf_internal.get_feature_series is
    'The series in which the numbers (kind number), missing values (missing) or a category (category) of a feature count: that of the category, or the one of its cell. Null if it has neither yet.';

revoke execute on function perf_internal.get_feature_series from public;
