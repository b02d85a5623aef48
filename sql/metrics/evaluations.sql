-- What is measured of an evaluation of a trained model: r is a row of perf.model_performance_metrics.
-- Other metrics have names that evaluations bring. Who knows whether those are better when higher says
-- so with perf.set_metric().
select perf_internal.add_pipeline(
    'evaluations',
    raw_table => 'perf.model_performance_metrics',
    series_column => 'series_id',
    time_column => 'evaluation_date',
    series_view => 'perf_internal.evaluation_series',
    partition_width => '1 month',
    keep_raw => null,
    measures => 'perf_internal.get_evaluation_measures(r.metrics)'
);

select perf_internal.add_metric(
    'evaluations', m.metric, m.expression, unit => m.unit, better => m.better, meaning => m.meaning
)
from (
    values
        ('evaluations', '1', 'evaluations', null, 'Evaluations: count and total of them.'),
        ('r_squared', 'r.r_squared', 'ratio', 'higher', 'Coefficient of determination.'),
        (
            'rmse', 'r.rmse', 'unit of the target', 'lower',
            'Root of the mean squared error of predictions.'
        ),
        ('mae', 'r.mae', 'unit of the target', 'lower', 'Mean absolute error of predictions.'),
        ('mape', 'r.mape', '%', 'lower', 'Mean absolute percentage error of predictions.'),
        (
            'precision', 'r.precision', 'ratio', 'higher',
            'How many of those that were predicted to be positive are.'
        ),
        (
            'recall', 'r.recall', 'ratio', 'higher',
            'How many of those that are positive were predicted to be.'
        ),
        ('f1_score', 'r.f1_score', 'ratio', 'higher', 'Harmonic mean of precision and recall.'),
        (
            'data_completeness', 'r.data_completeness', 'ratio', 'higher',
            'How much of the data of an evaluation was there.'
        ),
        ('sample_count', 'r.sample_count', 'cases', null, 'Cases of an evaluation.')
) as m (metric, expression, unit, better, meaning);

select perf_internal.add_metric_family(
    'evaluations', 'evaluation.',
    unit => 'score', better => null, meaning => 'What evaluations call by this name.'
);

-- What is measured of the features of trained models: r is a row of perf_internal.feature_summaries.
select perf_internal.add_pipeline(
    'features',
    raw_table => 'perf_internal.feature_summaries',
    series_column => 'series_id',
    time_column => 'created_at',
    series_view => 'perf_internal.feature_series_labels'
);

select perf_internal.add_metric(
    'features', 'feature_value',
    expression => null, unit => 'unit of the feature', better => null,
    meaning => 'Values of a feature. Of a category, or of missing values, each counts as 1.'
);
