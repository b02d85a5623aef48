begin;
select plan(3);

select is(
    perf_internal.get_detectable_effect(36, 3, null, 0.5, 2, 1),
    3::float8,
    'of a deviation is the needed distance over the root of the units'
);

select is(
    round(
        (
            perf_internal.get_needed_distance(d.effect, null, 0.1, 0.2, 2, 1) / d.effect
        )::numeric ^ 2,
        6
    ),
    1000.000000,
    'of a rate is where the needed distance meets the units'
)
from perf_internal.get_detectable_effect(1000, null, 0.1, 0.2, 2, 1) as d (effect);

select is(
    perf_internal.get_detectable_effect(4, null, 0.9, 0.5, 2, 1),
    null,
    'is null where no rate is far enough'
);

select * from finish();
rollback;
