begin;
select plan(18);

select is(perf_internal.get_matcher_problem('matcher', m::jsonb), null, m || ' is good')
from unnest(
    array[
        '{}',
        '{"model": "a"}',
        '{"model": ["a", null]}',
        '{"model": null, "threshold_id": 7, "": true}',
        '{"severity": "critical"}',
        '{"severity": ["info", "warning"]}',
        '{"x": {"a": []}}'
    ]
) as m;
select is(
    perf_internal.get_matcher_problem('matcher', m.matcher::jsonb), m.problem, m.problem
)
from (
    values
        (null, 'matcher must be an object of labels and values, got null'),
        ('null', 'matcher must be an object of labels and values, got null'),
        ('[]', 'matcher must be an object of labels and values, got array'),
        ('"x"', 'matcher must be an object of labels and values, got string'),
        ('{"model": []}', 'matcher: "model" must have a value, got [], which matches nothing'),
        (
            '{"severity": "huge"}',
            'matcher: severity must be info, warning or critical, got "huge"'
        ),
        (
            '{"severity": ["info", "huge"]}',
            'matcher: severity must be info, warning or critical, got "[\"info\", \"huge\"]"'
        ),
        ('{"severity": null}', 'matcher: severity must be info, warning or critical, got null'),
        (
            '{"severity": {}}',
            'matcher: severity must be info, warning or critical, got "{}"'
        ),
        (
            format('{"model": "%s"}', repeat('y', 10000)),
            'matcher must be at most 10000 bytes, got 10021'
        ),
        ('{"x": 1e20000}', 'matcher must be at most 20000 characters, got 20008')
) as m (matcher, problem);

select * from finish();
rollback;
