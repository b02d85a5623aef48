begin;
select plan(6);

select is(
    perf_internal.get_pipeline_stages(
        '{"pipeline_stages": [{"name": " b ", "duration_ms": 2.5, "node": 7},
                              {"name": "a", "duration_ms": 0}, {"name": "b", "duration_ms": 1},
                              {"name": "c"}, {"name": "d", "duration_ms": null}]}'
    ),
    '[{"name": "b", "duration_ms": 2.5}, {"name": "a", "duration_ms": 0},
      {"name": "b", "duration_ms": 1}]',
    'stages in their order, without those that have no duration'
);
select is(
    perf_internal.get_pipeline_stages('{"pipeline_stages": {"a": 1.5, "b": null}}'),
    '[{"name": "a", "duration_ms": 1.5}]',
    'an object becomes an array'
);
select is(
    perf_internal.get_pipeline_stages('{"pipeline_stages_json": {"a": 1}}'),
    '[{"name": "a", "duration_ms": 1}]',
    'an alias'
);
select is(perf_internal.get_pipeline_stages('{"pipeline_stages": []}'), null, 'null for none');
select is(perf_internal.get_pipeline_stages('{"pipeline_stages": {}}'), null, 'of either form');
select is(perf_internal.get_pipeline_stages('{}'), null, 'null without the key');

select * from finish();
rollback;
