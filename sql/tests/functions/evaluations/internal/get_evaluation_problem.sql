begin;
select plan(32);

set local datestyle = 'ISO';

set local timezone = 'Asia/Kolkata';

create function pg_temp.problem(fields jsonb)
returns text
language sql
as $$
    select perf_internal.get_evaluation_problem('{"model_type": "energy"}' || problem.fields)
$$;

select is(pg_temp.problem('{"rmse": 1}'), null, 'a type and a metric are good');
select is(pg_temp.problem('{"sample_count": 0}'), null, 'or a type and how many cases there were');
select is(pg_temp.problem('{"metrics": {"auc": 0}}'), null, 'or a type and a name in metrics');
select is(
    pg_temp.problem('{"model_version": "v1", "metrics": {}, "rmse": null}'),
    'an evaluation must have a metric such as rmse, a name in metrics, sample_count or data_completeness, got none',
    'one that says nothing of how good the model is, is refused'
);
select is(
    pg_temp.problem(
        '{"evaluation_date": "2020-01-06T10:00:00+05:30", "model_version": "v1",
          "machine_id": "E0000000-0000-4000-8000-000000000000", "r_squared": -1e15, "rmse": 1e15,
          "mae": 0, "mape": 250, "precision": 0, "recall": 1, "f1_score": 1.0,
          "sample_count": 9223372036854775807, "data_completeness": 1,
          "model_id": "e0000000-0000-4000-8000-000000000000", "metrics": {"auc": 1e15}}'
    ),
    null,
    'and everything up to its limits'
);
select is(
    pg_temp.problem(
        '{"evaluation_date": null, "model_version": null, "machine_id": null, "rmse": null,
          "sample_count": null, "metrics": null, "mae": 1}'
    ),
    null,
    'null is as none'
);
select is(
    perf_internal.get_evaluation_problem('[]'), 'must be an object, got "[]"', 'an array is none'
);
select is(
    perf_internal.get_evaluation_problem('{"rmse": 1}'),
    'model_type must have 1 to 200 characters, got null',
    'needs a type'
);
select is(
    pg_temp.problem('{"model_type": 5}'),
    'model_type must be a string, got "5"',
    'which is a string'
);
select is(
    pg_temp.problem('{"model_type": " "}'),
    'model_type must have 1 to 200 characters, got " "',
    'that says something'
);
select is(
    pg_temp.problem('{"model_version": "v\n1"}'),
    E'model_version must have no control characters, got "v\\n1"',
    'names a bad version'
);
select is(
    pg_temp.problem('{"model_version": ""}'),
    'model_version must have 1 to 200 characters, got ""',
    'an empty one too'
);
select is(
    pg_temp.problem('{"machine_id": "press-1"}'),
    'machine_id must be a UUID, got "press-1"',
    'a machine that is no UUID'
);
select is(
    pg_temp.problem('{"model_id": {"id": 1}}'),
    'model_id must be a UUID, got "{\"id\": 1}"',
    'and a model'
);
select is(
    pg_temp.problem('{"evaluation_date": 1578304800}'),
    'evaluation_date must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "1578304800"',
    'a time that is a number'
);
select is(
    pg_temp.problem('{"evaluation_date": "06.01.2020"}'),
    'evaluation_date must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "06.01.2020"',
    'one that depends on a setting'
);
select is(
    pg_temp.problem('{"evaluation_date": "2020-13-06"}'),
    'evaluation_date must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "2020-13-06"',
    'and one that does not exist'
);
select is(
    pg_temp.problem('{"evaluation_date": "1970-01-01", "rmse": 1}'), null, '1970 begins in UTC'
);
select is(
    pg_temp.problem('{"evaluation_date": "1969-12-31T23:59:59"}'),
    'evaluation_date must be between 1970 and tomorrow, got 1969-12-31 23:59:59+00',
    'a second before it is refused'
);
select is(
    pg_temp.problem('{"recall": 1.0000001}'),
    'recall must be a number between 0 and 1, got "1.0000001"',
    'a number above its limit'
);
select is(
    pg_temp.problem('{"mae": "0.5"}'),
    'mae must be a number between 0 and 1e15, got "0.5"',
    'and a text in place of a number'
);
select is(
    pg_temp.problem('{"r_squared": 1e131071}'),
    'r_squared must be a number between -1e15 and 1, got "1'
        || repeat('0', 59) || '..." (131072 characters)',
    'however long it is'
);
select is(
    pg_temp.problem('{"sample_count": 1.5}'),
    'sample_count must be a whole number of at least 0, got "1.5"',
    'half a case'
);
select is(
    pg_temp.problem('{"sample_count": 9223372036854775808}'),
    'sample_count must be a whole number of at least 0, got "9223372036854775808"',
    'and too many'
);
select is(
    pg_temp.problem('{"metrics": [1]}'),
    'metrics must be a JSON object, got "[1]"',
    'metrics without names'
);
select is(
    pg_temp.problem('{"metrics": {"f1_score": 1}}'),
    'metrics must not hold "f1_score", which is an argument of its own',
    'a metric in two places'
);
select is(
    pg_temp.problem('{"metrics": {" auc": 1}}'),
    'a name in metrics must have no spaces around it, got " auc"',
    'a name with spaces around it'
);
select is(
    pg_temp.problem(jsonb_build_object('metrics', jsonb_build_object(repeat('x', 101), 1))),
    format(
        'a name in metrics must have 1 to 100 characters, got "%s..." (101 characters)',
        repeat('x', 60)
    ),
    'one that is too long'
);
select is(
    pg_temp.problem('{"metrics": {"auc": null}}'),
    '"auc" of metrics must be 0 or a number between 1e-100 and 1e15 of any sign, got "null"',
    'a name without a number'
);
select is(
    pg_temp.problem('{"metrics": {"auc": 1e-101}}') like '"auc" of metrics must be 0 or a number %',
    true,
    'and one too near to 0'
);
select is(
    pg_temp.problem(
        jsonb_build_object(
            'metrics', (select jsonb_object_agg('m' || n, 1) from generate_series(1, 101) as n)
        )
    ),
    'metrics must have at most 100 names, got 101',
    'too many names'
);
select is(
    pg_temp.problem('{"rsme": 1}'), 'has an unknown key "rsme"'
        || '; known keys: model_type, evaluation_date, machine_id, model_id, model_version, r_squared, rmse, mae, mape, precision, recall, f1_score, sample_count, data_completeness, metrics', 'and a key that nobody reads'
);

select * from finish();
rollback;
