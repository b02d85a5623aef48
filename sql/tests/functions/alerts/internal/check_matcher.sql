begin;
select plan(3);

select lives_ok(
    $$ select perf_internal.check_matcher('labels', '{"model": ["a", "b"]}') $$, 'a matcher is good'
);
select throws_ok(
    $$ select perf_internal.check_matcher('labels', '[]') $$,
    '22023',
    'labels must be an object of labels and values, got array',
    'refuses anything else'
);
select throws_ok(
    $$ select perf_internal.check_matcher('labels', null) $$,
    '22023',
    'labels must be an object of labels and values, got null',
    'refuses null'
);

select * from finish();
rollback;
