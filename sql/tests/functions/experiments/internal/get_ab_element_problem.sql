begin;
select plan(8);

select is(
    perf_internal.get_ab_element_problem(
        '{"test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "u1", "outcomes": {},
          "outcome_id": "c1", "observed_at": "2020-01-06T10:00:00Z"}'
    ),
    null,
    'every argument of record_ab_outcome() is a known key; outcomes are looked at later'
);
select is(
    perf_internal.get_ab_element_problem('[1]'),
    'must be an object, got "[1]"',
    'an array is no element'
);
select is(
    perf_internal.get_ab_element_problem('{"unit": 1}'),
    'has an unknown key "unit"'
        || '; known keys: test_id, unit_key, outcomes, outcome_id, observed_at',
    'nor is one with an unknown key'
);
select is(
    perf_internal.get_ab_element_problem('{"test_id": "x"}'),
    E'test_id must be of type uuid, got "x"',
    'test_id is a uuid'
);
select is(
    perf_internal.get_ab_element_problem('{}'),
    'test_id must be of type uuid, got null',
    'and given'
);
select is(
    perf_internal.get_ab_element_problem(
        '{"test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": 7}'
    ),
    'unit_key must be a string, got "7"',
    'a number is no unit_key'
);
select is(
    perf_internal.get_ab_element_problem(
        '{"test_id": "E0000000-0000-4000-8000-000000000000", "unit_key": "7", "outcome_id": 7}'
    ),
    'outcome_id must be a string or null, got "7"',
    'nor an outcome_id'
);
select is(
    perf_internal.get_ab_element_problem(
        '{"test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "7",
          "observed_at": "05/11/2026"}'
    ),
    E'observed_at must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "05/11/2026"',
    'a date whose month depends on a setting is no time'
);

select * from finish();
rollback;
