begin;
select plan(11);

-- With standard error and smallest effect alike the half width is the root of
-- 2 * (2 * ln(20) + ln(2)), 3.6564.
select results_eq(
    'select round(low::numeric, 4), round(high::numeric, 4)
     from perf.get_always_valid_interval(1, 1, 1)',
    $$ values (-2.6564, 4.6564) $$,
    'is what the formula gives'
);

select results_eq(
    'select i.low, i.high
     from perf.get_always_valid_interval(-3, 0.5, 0.5, 1 - exp(-1::float8)) as i',
    'select -3 - 0.5 * sqrt(2 * (2 + ln(2::float8))), -3 + 0.5 * sqrt(2 * (2 + ln(2::float8)))',
    'is narrower with less confidence and with a smaller standard error'
);

select ok(
    (select i.high - i.low < 2 * 3.1 from perf.get_always_valid_interval(0, 1, 4) as i)
    and (select i.high - i.low > 2 * 24 from perf.get_always_valid_interval(0, 1, 0.1) as i),
    'is narrow where the effect is 4 standard errors, and wide where it is a tenth of one'
);

select results_eq(
    'select low, high from perf.get_always_valid_interval(1, 1e-150, 1e150)',
    'select 1::float8, 1::float8',
    'is a point for a standard error of next to nothing'
);

select results_eq(
    'select low, high from perf.get_always_valid_interval(1, null, 1)',
    'select null::float8, null::float8',
    'is null without a standard error'
);

select results_eq(
    'select low, high from perf.get_always_valid_interval(1, 1, null)',
    'select null::float8, null::float8',
    'is null without an effect'
);

select throws_ok(
    format('select perf.get_always_valid_interval(%s)', v.arguments), '22023', v.message, v.message
)
from (
    values
        ('$$NaN$$, 1, 1', 'difference must be a number of at most 1e150, got NaN'),
        ('1, 0, 1', 'standard_error must be above 0 (1e-150 to 1e150), got 0'),
        ('1, 1, -1', 'minimum_effect must be above 0 (1e-150 to 1e150), got -1'),
        ('1, 1, 1, 1', 'confidence must be between 0 and 1, both excluded, got 1'),
        ('1, 1, 1, $$NaN$$', 'confidence must be between 0 and 1, both excluded, got NaN')
) as v (arguments, message);

select * from finish();
rollback;
