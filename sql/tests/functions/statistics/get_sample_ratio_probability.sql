begin;
select plan(9);

-- (5100 - 5000)^2 / 5000 * 2 = 4, two standard deviations.
select is(
    round(perf.get_sample_ratio_probability(4900, 5100)::numeric, 6),
    0.045500,
    'is that of two standard deviations'
);

select is(perf.get_sample_ratio_probability(900, 100, 0.1), 1::float8, 'is 1 where all is as planned');

-- (150 - 100)^2 / (1000 * 0.1 * 0.9) = 27.8.
select ok(
    perf.get_sample_ratio_probability(850, 150, 0.1) between 1e-7 and 2e-7,
    'is small where B has half as many again'
);

select is(perf.get_sample_ratio_probability(0, 0), null, 'is null for no units');

select is(perf.get_sample_ratio_probability(null, 5), null, 'is null for a null');

select throws_ok(
    format('select perf.get_sample_ratio_probability(%s)', v.arguments), '22023', v.message, v.message
)
from (
    values
        ('-1, 5', 'units_a and units_b must not be negative, got -1 and 5'),
        ('1, 5, 0', 'share_b must be between 0 and 1 (1e-9 to 1 - 1e-9), got 0'),
        ('1, 5, 1', 'share_b must be between 0 and 1 (1e-9 to 1 - 1e-9), got 1'),
        ('1, 5, $$NaN$$', 'share_b must be between 0 and 1 (1e-9 to 1 - 1e-9), got NaN')
) as v (arguments, message);

select * from finish();
rollback;
