begin;
select plan(5);

select results_eq(
    $$ select * from perf_internal.compare_json(
           '{"same": 1, "gone": null, "deep": {"a": 1, "b": {"c": [1, 2, 3]}}, "kind": []}',
           '{"same": 1.0, "new": false, "deep": {"a": "1", "b": {"c": [1, 5]}}, "kind": {}}'
       ) $$,
    $$ values
        ('{deep,a}'::text[], '$.deep.a', 'changed', '1'::jsonb, '"1"'::jsonb),
        ('{deep,b,c,1}', '$.deep.b.c[1]', 'changed', '2', '5'),
        ('{deep,b,c,2}', '$.deep.b.c[2]', 'removed', '3', null),
        ('{gone}', '$.gone', 'removed', 'null', null),
        ('{kind}', '$.kind', 'changed', '[]', '{}'),
        ('{new}', '$.new', 'added', null, 'false') $$,
    'finds what is added, removed and changed in objects and arrays'
);

select is_empty(
    $$ select *
       from perf_internal.compare_json(
           '{"a": [1, {"b": 2}], "c": 1}', '{"c": 1.00, "a": [1, {"b": 2}]}'
       ) $$,
    'equal documents have no difference'
);

select results_eq(
    $$ select setting from perf_internal.compare_json(
           '[]', (select jsonb_agg(n) from generate_series(1, 11) as n)
       ) offset 8 $$,
    $$ values ('$[8]'), ('$[9]'), ('$[10]') $$,
    'positions come in the order of numbers'
);

select results_eq(
    $$ select * from perf_internal.compare_json('1', '{"a": 1}') $$,
    $$ values ('{}'::text[], '$', 'changed', '1'::jsonb, '{"a": 1}'::jsonb) $$,
    'the whole document may change'
);

select results_eq(
    $$ select setting
       from perf_internal.compare_json('{}', '{"a b": {"\"": 1}, "0": 2, "": 3}') order by 1 $$,
    $$ values ('$.""'), ('$."0"'), ('$."a b"') $$,
    'what is added is one row, its name quoted where it must be'
);

select * from finish();
rollback;
