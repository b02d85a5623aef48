-- Each series is a group of one call, so that all are read at once.
create or replace function perf_internal.read_features(
    trained_model_id uuid,
    start_time timestamptz,
    end_time timestamptz,
    feature_name text default null
)
returns table (
    feature text,
    kind text,
    category text,
    value_count bigint,
    value_sum double precision,
    m2 double precision,
    minimum double precision,
    maximum double precision,
    sketch numeric
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_series_ids uuid[] := array(
        select f.id
        from perf_internal.feature_series as f
        where f.trained_model_id = read_features.trained_model_id
            and (read_features.feature_name is null or f.feature = read_features.feature_name)
        order by f.id
    );
begin
    return query
    select
        f.feature,
        f.kind,
        f.category,
        r.count,
        r.sum,
        r.m2,
        r.min,
        r.max,
        r.sketch
    from perf_internal.read_metrics(
        'features',
        array['feature_value'],
        v_series_ids,
        read_features.start_time,
        read_features.end_time,
        group_numbers => array(select generate_series(1, cardinality(v_series_ids))),
        percentiles => null
    ) as r
    join perf_internal.feature_series as f on f.id = v_series_ids[r.group_number];
end
$$;

comment on function perf_internal.read_features is
    'The features of a trained model, or one of them, over the hours that start in a range, with what no run has read yet: a row of the numbers of each feature (kind number), one of each of its categories (category) and one of its missing values (missing), as far as there are any. The sketch is null where all values are 0; of categories and missing values only the count means something. Where retention has removed the hours, the range is made of whole days or weeks. Error PT409: a restore is under way.';

revoke execute on function perf_internal.read_features from public;
grant execute on function perf_internal.read_features
    to authenticated, service_role, perf_admin, perf_analyst;
