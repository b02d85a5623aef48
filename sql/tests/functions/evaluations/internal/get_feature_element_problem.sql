begin;
select plan(22);

select is(
    perf_internal.get_feature_element_problem(g.given::jsonb), null, 'takes ' || g.given
)
from (
    values
        ('{}'),
        ('{"model_type": null, "feature": null, "values": null, "categories": null}'),
        (
            '{"model_type": "a", "feature": "b", "values": [1, null, 0, -1e15, 1e-100],'
                ' "machine_id": "a0000000-0000-4000-8000-000000000000",'
                ' "batch_id": "A0000000-0000-4000-8000-000000000000",'
                ' "observed_at": "2020-01-06T10:00:00Z"}'
        ),
        ('{"values": []}'),
        -- What is wrong with categories is seen later.
        ('{"categories": 5}')
) as g (given);

select is(
    perf_internal.get_feature_element_problem(g.given::jsonb), g.problem, 'refuses ' || g.given
)
from (
    values
        ('5', 'must be an object, got "5"'),
        ('null', 'must be an object, got "null"'),
        ('[]', 'must be an object, got "[]"'),
        ('{"model_type": 5}', 'model_type must be a string, got "5"'),
        ('{"feature": ["a"]}', 'feature must be a string, got "[\"a\"]"'),
        ('{"machine_id": "a"}', 'machine_id must be a UUID, got "a"'),
        ('{"batch_id": 5}', 'batch_id must be a UUID, got "5"'),
        (
            '{"observed_at": "06.01.2020"}',
            'observed_at must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "06.01.2020"'
        ),
        (
            '{"observed_at": "2020-13-06"}',
            'observed_at must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "2020-13-06"'
        ),
        (
            '{"observed_at": 1578304800}',
            'observed_at must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "1578304800"'
        ),
        ('{"values": "1"}', 'values must be an array of numbers, got "1"'),
        (
            '{"values": [1, "NaN"]}',
            'values[1] must be null, 0 or a number of a size from 1e-100 to 1e15, got "NaN"'
        ),
        (
            '{"values": [null, [1]]}',
            'values[1] must be null, 0 or a number of a size from 1e-100 to 1e15, got "[1]"'
        ),
        (
            '{"values": [1000000000000001]}',
            'values[0] must be null, 0 or a number of a size from 1e-100 to 1e15, got "1000000000000001"'
        ),
        ('{"value": [1]}', 'has an unknown key "value"'
        || '; known keys: model_type, machine_id, feature, values, categories, observed_at, batch_id')
) as g (given, problem);

select is(
    perf_internal.get_feature_element_problem('{"values": [0, 1e400]}'),
    'values[1] must be null, 0 or a number of a size from 1e-100 to 1e15, got "1' || repeat('0', 59)
        || '..." (401 characters)',
    'refuses a number that is none of double precision'
);
select alike(
    perf_internal.get_feature_element_problem('{"values": [0, 1e-400]}'),
    'values[1] must be null, 0 or a number of a size from 1e-100 to 1e15, got "0.000%',
    'on both sides'
);

select * from finish();
rollback;
