begin;
select plan(5);

select lives_ok(
    $$ select perf_internal.check_numbers('x', array[-1e90, 0, null, 1e90], 4) $$,
    'takes numbers and null'
);
select lives_ok($$ select perf_internal.check_numbers('x', null, 4) $$, 'takes no array');
select throws_ok(
    format('select perf_internal.check_numbers(%s)', v.arguments),
    '22023',
    v.message,
    'refuses ' || v.arguments
)
from (
    values
        ($$'x', '{1,2e90,NaN}', 9$$, 'x must be numbers from -1e90 to 1e90 or null, got 2e+90'),
        ($$'x', '{{1}}', 9$$, 'x must have one dimension, got 2'),
        ($$'x', '{1,2,3}', 2$$, 'x must have at most 2 elements, got 3')
) as v (arguments, message);

select * from finish();
rollback;
