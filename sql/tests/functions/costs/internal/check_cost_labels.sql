begin;
select plan(7);

select lives_ok(
    $$ select perf_internal.check_cost_labels('{"model": "a"}', '{tool,provider}') $$, 'allows labels'
);
select lives_ok($$ select perf_internal.check_cost_labels('{}', '{}') $$, 'or none');
select throws_ok(
    $$ select perf_internal.check_cost_labels('[]', '{}') $$,
    '22023', 'labels must be a JSON object, got "[]"', 'refuses what is no object'
);
select throws_ok(
    $$ select perf_internal.check_cost_labels(null, '{}') $$,
    '22023', 'labels must be a JSON object, got null', 'or null'
);
select throws_ok(
    $$ select perf_internal.check_cost_labels('{"color": 1}', '{}') $$,
    '22023', 'labels must name labels of calls, got "color"', 'or another label'
);
select throws_ok(
    $$ select perf_internal.check_cost_labels('{}', '{model,model}') $$,
    '22023', 'group_by must name labels of calls, each once, got "{model,model}"', 'or one twice'
);
select throws_ok(
    $$ select perf_internal.check_cost_labels('{}', null) $$,
    '22023', 'group_by must name labels of calls, each once, got null', 'or null for names'
);

select * from finish();
rollback;
