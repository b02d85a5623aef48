begin;
select plan(19);

set local datestyle = 'SQL, DMY';
set local timezone = 'Asia/Tokyo';

select is(
    perf.record_feature_batches(
        '[{"model_type": "energy", "feature": "load", "values": [1, 2.5, null],
           "observed_at": "2020-02-03T10:00:00"},
          {"model_type": "energy", "feature": "site", "categories": ["north", null],
           "observed_at": "2020-02-03T10:00:00Z"},
          {"model_type": "energy", "machine_id": "e0000000-0000-4000-8000-000000000000",
           "feature": "load", "values": [-7], "observed_at": "2020-02-03T10:00:00Z",
           "batch_id": "f0000000-0000-4000-8000-000000000000"}]'
    ),
    3::bigint,
    'records features of several models, and says how many were new'
);
select results_eq(
    $$ select f.feature, f.kind, f.category, f.value_count, f.value_sum
       from perf_internal.read_features(
           perf_internal.get_trained_model('energy', null),
           '2020-02-03 10:00+00', '2020-02-03 11:00+00'
       ) as f
       order by 1, 2 $$,
    $$ values
        ('load', 'missing', null, 1::bigint, 1::float8),
        ('load', 'number', null, 2, 3.5),
        ('site', 'category', 'north', 1, 1),
        ('site', 'missing', null, 1, 1) $$,
    'a time without an offset is of UTC, whatever the zone and style of the session'
);
select is(
    perf.record_feature_batches(
        '{"batches": [
            {"model_type": "energy", "machine_id": "e0000000-0000-4000-8000-000000000000",
             "feature": "load", "values": [-7], "observed_at": "2020-02-03T10:00:00Z",
             "batch_id": "f0000000-0000-4000-8000-000000000000"},
            {"model_type": "energy", "feature": "load", "values": [3]}
        ]}'
    ),
    1::bigint,
    'an object of batches does as well, and a retry is not new'
);
select is(perf.record_feature_batches('[]'), 0::bigint, 'an empty array is nothing to do');

select throws_ok(
    format('select perf.record_feature_batches(%L)', g.given),
    '22023',
    g.message,
    'refuses ' || coalesce(g.given, 'null')
)
from (
    values
        (null, 'batches must be a JSON array, got null'),
        ('5', 'batches must be a JSON array, got "5"'),
        ('{"batches": [], "more": 1}', 'batches must be a JSON array, got "{\"more\": 1, \"batches\": []}"'),
        ('[5]', 'batches[0]: must be an object, got "5"'),
        ('[{}]', 'batches[0]: model_type must have 1 to 200 characters, got null'),
        (
            '[{"model_type": "energy", "feature": "load"}]',
            'batches[0]: either values or categories must be given, got neither'
        ),
        (
            '[{"model_type": "energy", "feature": "load", "values": [1]},
              {"model_type": "energy", "feature": "load", "values": [1, "NaN"]}]',
            'batches[1]: values[1] must be null, 0 or a number of a size from 1e-100 to 1e15, got "NaN"'
        ),
        -- The first of several, whatever is wrong with it.
        (
            '[{"model_type": "energy", "feature": "load", "values": [1]},
              {"model_type": "energy", "feature": " ", "values": [1]},
              {"model_type": "energy", "feature": "load", "values": ["NaN"]}]',
            'batches[1]: feature must have 1 to 200 characters, got " "'
        ),
        (
            '[{"model_type": "energy", "feature": "site", "categories": ["a", 1]}, 5]',
            'batches[0]: categories[1] must be a string, true, false or null, got "1": give numbers that are names as strings'
        ),
        (
            '[{"model_type": "energy", "feature": "load", "values": [1], "observed_at": "1969-12-31"}]',
            'batches[0]: observed_at must be between 1970 and tomorrow, got 1969-12-31 00:00:00+00'
        )
) as g (given, message);
select throws_ok(
    $$ select perf.record_feature_batches(
           '[{"model_type": "energy", "feature": "fresh", "values": [1]},
             {"model_type": "energy", "feature": "site", "values": [1]}]'
       ) $$,
    'PT409',
    'batches[1]: feature "site" has categories, got numbers',
    'refuses numbers of a feature that has categories'
);
select is(
    (select count(*) from perf_internal.feature_series as f where f.feature = 'fresh'),
    0::bigint,
    'of a batch with a bad element nothing is recorded'
);

set local role perf_recorder;
select is(
    perf.record_feature_batches('[{"model_type": "energy", "feature": "load", "values": [3]}]'),
    1::bigint,
    'perf_recorder may record'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf.record_feature_batches('[]') $$, '42501', null, 'perf_analyst may not'
);
set local role anon;
select throws_ok($$ select perf.record_feature_batches('[]') $$, '42501', null, 'nor may anon');

select * from finish();
rollback;
