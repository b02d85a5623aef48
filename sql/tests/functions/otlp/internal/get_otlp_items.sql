begin;
select plan(8);

select results_eq(
    $$ select i.place, i.problem, i.resource, i.scope, i.item
       from unnest(perf_internal.get_otlp_items(
           '{"resourceSpans": [
               {"resource": {"a": 1}, "scopeSpans": [
                   {"scope": {"b": 2}, "spans": [{"c": 3}, {"c": 4}]},
                   {"spans": []},
                   {}
               ]},
               {"scopeSpans": null},
               {"scopeSpans": [{"spans": [{"c": 5}]}]}
           ]}',
           'resourceSpans', 'scopeSpans', 'spans'
       )) as i $$,
    $$ values
        (
            'resourceSpans[0].scopeSpans[0].spans[0]', null,
            '{"a": 1}'::jsonb, '{"b": 2}'::jsonb, '{"c": 3}'::jsonb
        ),
        (
            'resourceSpans[0].scopeSpans[0].spans[1]', null,
            '{"a": 1}', '{"b": 2}', '{"c": 4}'
        ),
        ('resourceSpans[2].scopeSpans[0].spans[0]', null, null, null, '{"c": 5}') $$,
    'every item comes with its place, resource and scope'
);
select is(
    cardinality(perf_internal.get_otlp_items('{}', 'resourceSpans', 'scopeSpans', 'spans')),
    0,
    'nothing is nothing'
);
select throws_ok(
    $$ select perf_internal.get_otlp_items(
           '{"resourceSpans": {}}', 'resourceSpans', 'scopeSpans', 'spans'
       ) $$,
    '22023',
    'resourceSpans must be an array, got "{}"',
    'the first level must be an array'
);
select results_eq(
    format(
        $$ select i.problem
           from unnest(perf_internal.get_otlp_items(
               %L, 'resourceMetrics', 'scopeMetrics', 'metrics'
           )) as i
           where i.problem is not null $$,
        w.body
    ),
    array[w.problem],
    'names ' || w.problem
)
from (
    values
        (
            '{"resourceMetrics": [{"scopeMetrics": []}, 5]}',
            'resourceMetrics[1]: it must be an object, got "5"'
        ),
        (
            '{"resourceMetrics": [{"resource": {"attributes": "x"}}]}',
            'resourceMetrics[0]: resource.attributes must be an array, got "x"'
        ),
        (
            '{"resourceMetrics": [{"scopeMetrics": [{"metrics": 7}]}]}',
            'resourceMetrics[0].scopeMetrics[0]: metrics must be an array, got "7"'
        ),
        (
            '{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{}, []]}]}]}',
            'resourceMetrics[0].scopeMetrics[0].metrics[1]: it must be an object, got "[]"'
        )
) as w (body, problem);
select is(
    (
        select count(*)
        from unnest(perf_internal.get_otlp_items(
            '{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{}, []]}]}]}',
            'resourceMetrics', 'scopeMetrics', 'metrics'
        )) as i
        where i.problem is null
    ),
    1::bigint,
    'what is beside it is there'
);

select * from finish();
rollback;
