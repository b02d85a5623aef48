begin;
select plan(10);

select lives_ok(
    $$ select perf_internal.check_ab_metrics(
        '[{"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 0.01},
          {"metric": "slow", "better": "lower", "source_metric": "ms", "above": 2000},
          {"metric": "ms", "better": "lower"}]'
    ) $$,
    'one primary metric and others are good'
);
select throws_ok(
    'select perf_internal.check_ab_metrics(null)',
    '22023',
    'metrics must be a JSON array, got null',
    'null is none'
);
select throws_ok(
    $$ select perf_internal.check_ab_metrics('{}') $$,
    '22023',
    'metrics must be a JSON array, got "{}"',
    'nor an object'
);
select throws_ok(
    $$ select perf_internal.check_ab_metrics('[]') $$,
    '22023',
    'metrics must have 1 to 100 elements, got 0',
    'nor an empty array'
);
select throws_ok(
    $$ select perf_internal.check_ab_metrics('[{"metric": "x", "better": "higher"}, {"metric": 7}]') $$,
    '22023',
    'metrics[1]: metric must be a string, got "7"',
    'the first bad element is named'
);
select throws_ok(
    $$ select perf_internal.check_ab_metrics('[{"metrik": "x", "better": "higher"}]') $$,
    '22023',
    'metrics[0]: has an unknown key "metrik"',
    'a mistyped key is named, not the one that is missing for it'
);
select throws_ok(
    $$ select perf_internal.check_ab_metrics('[{"metric": "x", "better": "higher"}]') $$,
    '22023',
    'metrics must have exactly one metric of role primary, got 0',
    'one is primary'
);
select throws_ok(
    $$ select perf_internal.check_ab_metrics(
        '[{"metric": "x", "role": "primary", "better": "higher", "minimum_effect": 1},
          {"metric": "y", "role": "primary", "better": "higher", "minimum_effect": 1}]'
    ) $$,
    '22023',
    'metrics must have exactly one metric of role primary, got 2',
    'and not two'
);
select throws_ok(
    $$ select perf_internal.check_ab_metrics(
        '[{"metric": "x", "role": "primary", "better": "higher", "minimum_effect": 1},
          {"metric": "x ", "better": "higher"}]'
    ) $$,
    '22023',
    'metrics must name each metric once, got "x" twice',
    'a name is there once, without the spaces around it'
);
select throws_ok(
    $$ select perf_internal.check_ab_metrics(
        '[{"metric": "x", "role": "primary", "better": "higher", "minimum_effect": 1},
          {"metric": "y", "better": "higher", "source_metric": "z", "above": 1},
          {"metric": "w", "better": "higher", "source_metric": "y", "above": 1}]'
    ) $$,
    '22023',
    'source_metric must be an outcome that is recorded, got "y", which has a source_metric itself',
    'a share is made of an outcome, not of a share'
);

select * from finish();
rollback;
