begin;
select plan(4);

select lives_ok(
    $$ select perf_internal.check_p_values(array[0, null, 1]) $$, 'takes probabilities and null'
);
select throws_ok(
    format('select perf_internal.check_p_values(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        ($$'{0.5,-0.1}'$$, 'p_values must be numbers from 0 to 1 or null, got "{0.5,-0.1}"'),
        ($$'{{0.5}}'$$, 'p_values must be numbers from 0 to 1 or null, got "{{0.5}}"'),
        (
            $$array_fill(0.5::float8, '{10001}')$$,
            'p_values must have at most 10000 elements, got 10001'
        )
) as v (arguments, message);

select * from finish();
rollback;
