-- What is measured of an outcome of an A/B test: r is a row of perf.ab_outcomes. The outcomes of one
-- unit depend on each other. The three pair metrics hold what the variance of a mean needs to know of
-- that: for the outcomes y of a unit, the sums over its pairs of 1, y1 + y2 and y1 * y2.
select perf_internal.add_pipeline(
    'experiments',
    raw_table => 'perf.ab_outcomes',
    series_column => 'series_id',
    time_column => 'created_at',
    series_view => 'perf_internal.ab_test_series'
);

select perf_internal.add_metric(
    'experiments', m.metric, m.expression, unit => m.unit, better => null, meaning => m.meaning,
    is_sketched => m.metric = 'ab_outcome'
)
from (
    values
        ('ab_outcome', 'r.value', 'outcome', 'Outcomes of a metric of an A/B test.'),
        (
            'ab_unit', 'case when r.earlier_count = 0 then 1 end', 'units',
            'Units of an A/B test that have an outcome of a metric: count and total of them.'
        ),
        (
            'ab_pair_count', 'nullif(r.earlier_count, 0)', 'pairs',
            'Pairs of outcomes of one unit: the total is their number.'
        ),
        (
            'ab_pair_sum',
            'case when r.earlier_count > 0 then r.earlier_sum + r.earlier_count * r.value end',
            'outcome', 'Pairs of outcomes of one unit: the total is that of both outcomes of each.'
        ),
        (
            'ab_pair_product', 'case when r.earlier_count > 0 then r.earlier_sum * r.value end',
            'outcome', 'Pairs of outcomes of one unit: the total is that of their products.'
        )
) as m (metric, expression, unit, meaning);
