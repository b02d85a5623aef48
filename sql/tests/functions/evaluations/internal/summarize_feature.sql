begin;
select plan(10);

select results_eq(
    $$ select * from perf_internal.summarize_feature(array[1, null, 3, null]::float8[], null) as s
       order by s.kind $$,
    $$ values
        (
            'missing', null::text, 2::bigint, 2::float8, 0::float8, 1::float8, 1::float8,
            2 * perf_internal.make_sketch('{0}')
        ),
        ('number', null, 2, 4, 2, 1, 3, perf_internal.make_sketch('{0,111}')) $$,
    'a row of numbers and one of missing values'
);
select results_eq(
    $$ select s.kind from perf_internal.summarize_feature('{1}', null) as s $$,
    $$ values ('number') $$,
    'without missing values there is no row of them'
);
select results_eq(
    $$ select s.kind, s.value_count
       from perf_internal.summarize_feature(array[null]::float8[], null) as s $$,
    $$ values ('missing', 1::bigint) $$,
    'without numbers there is no row of them'
);
select results_eq(
    $$ select * from perf_internal.summarize_feature(null, '["red", "blue", null, "red", ""]') as s
       order by s.kind, s.category $$,
    $$ values
        (
            'category', '', 1::bigint, 1::float8, 0::float8, 1::float8, 1::float8,
            perf_internal.make_sketch('{0}')
        ),
        ('category', 'blue', 1, 1, 0, 1, 1, perf_internal.make_sketch('{0}')),
        ('category', 'red', 2, 2, 0, 1, 1, perf_internal.make_sketch('{0,0}')),
        ('missing', null, 1, 1, 0, 1, 1, perf_internal.make_sketch('{0}')) $$,
    'a row of each category, the empty one too'
);
select results_eq(
    $$ select s.kind, s.category, s.value_count, s.value_sum, s.m2
       from perf_internal.summarize_feature(null, '{"red": 3, "blue": 0, "green": 1e2}') as s
       order by s.category $$,
    $$ values
        ('category', 'green', 100::bigint, 100::float8, 0::float8),
        ('category', 'red', 3, 3, 0) $$,
    'counts of categories are taken as they are, but not 0'
);
select results_eq(
    $$ select s.kind, s.category, s.value_count
       from perf_internal.summarize_feature(null, '[true, false, "true", null]') as s
       order by 1, 2 $$,
    $$ values ('category', 'false', 1::bigint), ('category', 'true', 2), ('missing', null, 1) $$,
    'booleans are the texts true and false'
);
select is_empty(
    $$ select * from perf_internal.summarize_feature('{}', null) $$, 'no values have no row'
);
select is_empty(
    $$ select * from perf_internal.summarize_feature(null, '[]') $$, 'nor have no categories'
);
select is_empty(
    $$ select * from perf_internal.summarize_feature(null, '{}') $$, 'nor have no counts'
);
select is_empty(
    $$ select * from perf_internal.summarize_feature(null, null) $$, 'nor has nothing'
);

select * from finish();
rollback;
