-- What is measured of the features of trained models: r is a row of perf.feature_summaries.
select perf_internal.add_pipeline(
    'features',
    raw_table => 'perf.feature_summaries',
    series_column => 'series_id',
    time_column => 'created_at',
    series_view => 'perf_internal.feature_series_labels'
);

select perf_internal.add_metric(
    'features', 'feature_value',
    expression => null, unit => 'unit of the feature', better => null,
    meaning => 'Values of a feature. Of a category, or of missing values, each counts as 1.'
);
