begin;
select plan(4);

select lives_ok(
    $$ select perf_internal.check_otlp_items('{}') $$, 'nothing is fine'
);
select lives_ok(
    $$ select perf_internal.check_otlp_items(
           array_fill(row('p', null, null, null, '{}')::perf_internal.otlp_item, array[100000])
       ) $$,
    'and so are 100,000'
);
select throws_ok(
    $$ select perf_internal.check_otlp_items(
           array_fill(row('p', null, null, null, '{}')::perf_internal.otlp_item, array[100001])
       ) $$,
    '22023',
    'a body must have at most 100000 spans or metrics, got 100001',
    'more are refused'
);
select throws_ok(
    $$ select perf_internal.check_otlp_items(array[
           row('p', null, null, null, '{}')::perf_internal.otlp_item,
           row('q', 'q: it must be an object, got "5"', null, null, null)::perf_internal.otlp_item,
           row('r', 'r: other', null, null, null)::perf_internal.otlp_item
       ]) $$,
    '22023',
    'q: it must be an object, got "5"',
    'the first thing that is wrong is said'
);

select * from finish();
rollback;
