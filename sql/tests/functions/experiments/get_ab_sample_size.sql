begin;
select plan(22);

-- (1.95996 + 0.84162)^2 * 2 / 0.1^2 = 1569.8 of each.
select results_eq(
    'select units_a, units_b, total_units from perf.get_ab_sample_size(0.1, 1)',
    'values (1570::bigint, 1570::bigint, 3140::bigint)',
    'is that of the literature for a tenth of a deviation'
);

select results_eq(
    'select units_a, units_b, detectable_effect from perf.get_ab_sample_size(-0.1, 1)',
    'values (1570::bigint, 1570::bigint, -0.1::float8)',
    'is the same for a fall'
);

-- Fleiss, Levin and Paik: (1.95996 * root(2 * 0.06 * 0.94) + 0.84162 * root(0.05 * 0.95 + 0.07 *
-- 0.93))^2 / 0.02^2 = 2213.
select results_eq(
    'select units_a, units_b from perf.get_ab_sample_size(0.02, rate => 0.05)',
    'values (2213::bigint, 2213::bigint)',
    'of a rate is that of the pooled test'
);

select results_eq(
    'select units_a, units_b, total_units
     from perf.get_ab_sample_size(0.1, 1, traffic_split => 0.1)',
    'values (7849::bigint, 873::bigint, 8722::bigint)',
    'needs more units where one of ten gets B'
);

select ok(
    s.always_valid_units between 1.9 * s.total_units and 2 * s.total_units,
    'the always-valid test needs at most twice as many'
)
from perf.get_ab_sample_size(0.1, 1) as s;

-- The interval at its limit: of 3.9 standard errors the half width is 3.06, and 0.84 is left.
select ok(
    abs(
        0.1 / s.error - (i.high - i.low) / 2 / s.error - perf.get_normal_quantile(0.8)
    ) < 0.001,
    'with always_valid_units the interval excludes 0 with the power'
)
from (
    select 2 / sqrt(z.always_valid_units) as error
    from perf.get_ab_sample_size(0.1, 1) as z
) as s
cross join lateral perf.get_always_valid_interval(0, s.error, 0.1) as i;

select results_eq(
    'select units_a, units_b, round(detectable_effect::numeric, 3), round(always_valid_effect::numeric, 3),
        always_valid_units
     from perf.get_ab_sample_size(deviation => 1, units => 3140)',
    'values (1570::bigint, 1570::bigint, 0.100, 0.139, null::bigint)',
    'says what so many units find'
);

select is(
    round(
        (
            select s.detectable_effect
            from perf.get_ab_sample_size(rate => 0.05, units => 4426) as s
        )::numeric,
        4
    ),
    0.0200,
    'says what so many units find of a rate'
);

select is(
    (select s.detectable_effect from perf.get_ab_sample_size(rate => 0.99, units => 10) as s),
    null,
    'no rise of a high rate is found with few units'
);

select results_eq(
    'select units_a, units_b from perf.get_ab_sample_size(100, 1)',
    'values (2::bigint, 2::bigint)',
    'has at least two units of each'
);

select throws_ok(
    format('select perf.get_ab_sample_size(%s)', v.arguments), '22023', v.message, v.message
)
from (
    values
        ('0.1', 'give either deviation or rate, got null and null'),
        ('0.1, 1, 0.5', 'give either deviation or rate, got 1 and 0.5'),
        ('deviation => 1', 'give either minimum_effect or units, got null and null'),
        (
            '0, 1',
            'minimum_effect must be a number other than 0 (1e-100 to 1e100), got 0'
        ),
        ('0.1, $$NaN$$', 'deviation must be above 0 (1e-100 to 1e100), got NaN'),
        ('0.1, rate => 1', 'rate must be between 0 and 1 (1e-12 to 1 - 1e-12), got 1'),
        ('0.1, rate => 0.95', 'rate + minimum_effect must be between 0 and 1, got 0.95 and 0.1'),
        ('0.1, 1, power => 0.3', 'power must be between 0.5 and 0.999999, got 0.3'),
        ('0.1, 1, confidence => 1', 'confidence must be between 0.5 and 0.999999, got 1'),
        (
            '0.1, 1, traffic_split => null',
            'traffic_split must be between 0 and 1 (1e-6 to 1 - 1e-6), got null'
        ),
        ('deviation => 1, units => 3', 'units must be between 4 and 1e15, got 3'),
        (
            '1e-50, 1e50',
            'minimum_effect is too small: it would need more than 1e15 units, got 1e-50'
        )
) as v (arguments, message);

select * from finish();
rollback;
