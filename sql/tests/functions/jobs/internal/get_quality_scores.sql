begin;
select plan(6);

select is(
    perf_internal.get_quality_scores('{"quality_scores": {" a ": 1, "b": null, "c": -0.5}}'),
    '{"a": 1, "c": -0.5}',
    'scores by name, without spaces around it and without those that are null'
);
select is(
    perf_internal.get_quality_scores('{"quality_scores_json": {"a": 1}}'), '{"a": 1}', 'an alias'
);
select is(
    perf_internal.get_quality_scores(
        '{"quality_scores": null, "quality_scores_json": {"a": 1}}'
    ),
    '{"a": 1}',
    'counts when the key is null'
);
select is(
    perf_internal.get_quality_scores('{"quality_scores": {"a": 1}, "quality_scores_json": {}}'),
    '{"a": 1}',
    'and not when it is given'
);
select is(perf_internal.get_quality_scores('{"quality_scores": {}}'), null, 'null for none');
select is(perf_internal.get_quality_scores('{}'), null, 'null without the key');

select * from finish();
rollback;
