begin;
select plan(21);

create function pg_temp.problem(changes jsonb)
returns text
language sql as $$
    select perf_internal.get_threshold_problem(
        jsonb_populate_record(null::perf.performance_alert_thresholds, changes)
    )
$$;

select is(
    pg_temp.problem('{
        "scope_type": "labels", "scope_labels": {"model": "a", "model_type": null},
        "statistic": "p95", "direction": "both", "no_data": "keep", "baseline": "hour_of_week",
        "group_by": ["model", "tool"], "description": "Slow.",
        "runbook_url": "https://wiki.example/a?b=c#d"
    }'),
    null,
    'nothing is wrong with a threshold'
);
select is(pg_temp.problem('{}'), null, 'nulls are for the table to refuse');
select is(pg_temp.problem(c.changes::jsonb), c.expected, coalesce(c.what, c.expected))
from (
    values
        ('{"scope_type": "x"}', 'scope_type must be one of global, workflow, worker, labels, got "x"',
            null),
        ('{"statistic": ""}',
            'statistic must be one of avg, min, max, p50, p95, p99, sum, rate, count, got ""', null),
        ('{"direction": "up"}', 'direction must be one of above, below, both, got "up"', null),
        ('{"no_data": "x"}', 'no_data must be one of keep, resolve, alert, got "x"', null),
        ('{"baseline": "x"}', 'baseline must be one of hour_of_week, got "x"', null),
        ('{"no_data": "x\ny", "baseline": "x"}', 'no_data must be one of keep, resolve, alert, got "x\ny"',
            'of several the first, without control characters'),
        ('{"scope_labels": []}', 'scope_labels must be a JSON object of at most 2000 bytes, got "[]"',
            null),
        ('{"scope_labels": null}', null, 'null labels are for the table'),
        ('{"scope_labels": {"model": ["a"]}}',
            'scope_labels must have one value of each label, got "[\"a\"]" of "model"', null),
        ('{"group_by": ["a", "a"]}', 'group_by must hold names of labels, each once, got "{a,a}"',
            null),
        ('{"group_by": [null]}', 'group_by must hold names of labels, each once, got "{NULL}"',
            null),
        ('{"group_by": [["a", "b"]]}',
            'group_by must hold names of labels, each once, got "{{a,b}}"', null),
        ('{"description": "a\tb"}', 'description must have no control characters, got "a\tb"',
            null),
        ('{"runbook_url": "javascript:alert(1)"}',
            'runbook_url must be a URL that begins with https:// or http://, got "javascript:alert(1)"',
            null),
        ('{"runbook_url": "https://x y"}',
            'runbook_url must be a URL that begins with https:// or http://, got "https://x y"',
            null),
        ('{"runbook_url": "https://x\"y"}',
            'runbook_url must be a URL that begins with https:// or http://, got "https://x\"y"',
            null)
) as c (changes, expected, what);
select matches(
    pg_temp.problem(jsonb_build_object('description', repeat('x', 1001))),
    '^description must have 1 to 1000 characters, got',
    'a description has at most 1000 characters'
);
select matches(
    pg_temp.problem(jsonb_build_object('scope_labels', jsonb_build_object('x', (
        select string_agg(n::text, ' ') from generate_series(1, 2000) as n
    )))),
    '^scope_labels must be a JSON object of at most 2000 bytes, got "an object of|^scope_labels.*got an object of',
    'labels have at most 2000 bytes'
);
select matches(
    pg_temp.problem(jsonb_build_object('runbook_url', 'https://' || repeat('x', 2000))),
    '^runbook_url must be', 'a URL has at most 2000 characters'
);

select * from finish();
rollback;
