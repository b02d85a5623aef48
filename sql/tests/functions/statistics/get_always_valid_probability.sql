begin;
select plan(9);

select is(
    perf.get_always_valid_probability(2, 1, 1),
    sqrt(2::float8) * exp(-1::float8),
    'with standard error and smallest effect alike is root 2 * exp(-z^2 / 4)'
);

select is(
    perf.get_always_valid_probability(-2, 1, 1),
    perf.get_always_valid_probability(2, 1, 1),
    'does not depend on the direction'
);

select is(perf.get_always_valid_probability(0.5, 1, 1), 1::float8, 'is never above 1');

-- The limit of the interval is where the p value is 1 - confidence.
select is(
    round(perf.get_always_valid_probability(i.high, 3, 7)::numeric, 12),
    0.05,
    'is 0.05 at the limit of the interval'
)
from perf.get_always_valid_interval(0, 3, 7, 0.95) as i;

select is(perf.get_always_valid_probability(1e150, 1e-150, 1), 0::float8, 'is 0 far out');

select is(
    perf.get_always_valid_probability(5e-324, 1e150, 1e-150), 1::float8, 'takes the smallest numbers'
);

select is(perf.get_always_valid_probability(1, 1, null), null, 'is null without an effect');

select throws_ok(
    format('select perf.get_always_valid_probability(%s)', v.arguments), '22023', v.message, v.message
)
from (
    values
        ('1, $$Infinity$$, 1', 'standard_error must be above 0 (1e-150 to 1e150), got Infinity'),
        ('1, 1, 0', 'minimum_effect must be above 0 (1e-150 to 1e150), got 0')
) as v (arguments, message);

select * from finish();
rollback;
