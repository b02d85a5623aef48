begin;
select plan(18);

select is(
    perf_internal.get_categories_problem('["red", null, "", " a\n"]'),
    null,
    'an array of strings and nulls is good'
);
select is(
    perf_internal.get_categories_problem('{"red": 3, "": 0, "blue": 1e9}'),
    null,
    'and so is an object of counts'
);
select is(
    perf_internal.get_categories_problem('["red", true, false, null]'), null, 'booleans are good too'
);
select is(perf_internal.get_categories_problem('[]'), null, 'no categories are good');
select is(perf_internal.get_categories_problem(null), null, 'and so is null');
select is(
    perf_internal.get_categories_problem(to_jsonb(array[repeat('x', 200)])),
    null,
    'a category has up to 200 characters'
);
select is(
    perf_internal.get_categories_problem(g.given::jsonb), g.problem, 'refuses ' || g.given
)
from (
    values
        ('"red"', 'categories must be a JSON array of strings or an object of counts, got "red"'),
        ('5', 'categories must be a JSON array of strings or an object of counts, got "5"'),
        ('null', 'categories must be a JSON array of strings or an object of counts, got "null"'),
        (
            '["red", 5, true]',
            'categories[1] must be a string, true, false or null, got "5": give numbers that are names as strings'
        ),
        ('[["red"]]', 'categories[0] must be a string, true, false or null, got "[\"red\"]"'),
        ('{"a": 1, "b": -1}', 'the count of category "b" must be a whole number from 0 to 1e9, got "-1"'),
        ('{"a": 1.5}', 'the count of category "a" must be a whole number from 0 to 1e9, got "1.5"'),
        (
            '{"a": 1000000001}',
            'the count of category "a" must be a whole number from 0 to 1e9, got "1000000001"'
        ),
        ('{"a": null}', 'the count of category "a" must be a whole number from 0 to 1e9, got "null"'),
        ('{"a": "1"}', 'the count of category "a" must be a whole number from 0 to 1e9, got "1"')
) as g (given, problem);
select is(
    perf_internal.get_categories_problem(jsonb_build_array('a', repeat('x', 201))),
    'categories[1] must have at most 200 characters, got "' || repeat('x', 60)
        || '..." (201 characters)',
    'refuses a longer category'
);
select is(
    perf_internal.get_categories_problem(jsonb_build_object(repeat('x', 201), 1)),
    'a category must have at most 200 characters, got "' || repeat('x', 60)
        || '..." (201 characters)',
    'also one of counts'
);

select * from finish();
rollback;
