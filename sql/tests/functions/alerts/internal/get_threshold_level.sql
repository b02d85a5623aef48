begin;
select plan(7);

create function pg_temp.get_levels(threshold jsonb, v float8[], sample_count bigint default 10)
returns integer[]
language sql
as $$
    select array_agg(
        perf_internal.get_threshold_level(
            jsonb_populate_record(
                null::perf.performance_alert_thresholds,
                '{"statistic": "avg", "direction": "above", "warning_threshold": 5,
                    "critical_threshold": 8, "minimum_sample": 3, "no_data": "keep"}' || threshold
            ),
            e.value,
            sample_count
        )
        order by e.number
    )
    from unnest(v) with ordinality as e (value, number);
$$;

select is(
    pg_temp.get_levels('{}', '{4,5,5.1,8,8.1}'), '{0,0,1,1,2}',
    'above: larger values are beyond, equal ones are not'
);
select is(
    pg_temp.get_levels(
        '{"direction": "below", "warning_threshold": 5, "critical_threshold": 2}', '{6,5,4.9,2,1.9}'
    ),
    '{0,0,1,1,2}',
    'below: smaller values are beyond'
);
select is(
    pg_temp.get_levels('{"direction": "both", "baseline": "hour_of_week"}', '{0,5.1,-5.1,8.1,-8.1}'),
    '{0,1,1,2,2}',
    'both: deviations to either side'
);
select is(
    pg_temp.get_levels('{"direction": "below", "baseline": "hour_of_week"}', '{9,-5,-5.1,-8.1}'),
    '{0,0,1,2}',
    'below with a baseline: deviations downwards'
);
select is(
    array[
        pg_temp.get_levels('{}', '{9}', 2),
        pg_temp.get_levels('{"no_data": "resolve"}', '{9}', 2),
        pg_temp.get_levels('{"no_data": "alert"}', '{1}', 2),
        pg_temp.get_levels('{"no_data": "alert"}', '{null}', 3),
        pg_temp.get_levels('{"no_data": "alert"}', '{1}', 3)
    ],
    '{{null},{0},{2},{2},{0}}',
    'without a value or with fewer than minimum_sample no_data says'
);
select is(
    array[
        pg_temp.get_levels(
            '{"statistic": "count", "direction": "below", "warning_threshold": 5,
                "critical_threshold": 2, "no_data": "resolve"}',
            '{0}', 0
        ),
        pg_temp.get_levels('{"statistic": "sum", "no_data": "alert"}', '{0}', 0)
    ],
    '{{2},{0}}',
    'count and sum of no values are data'
);
select is(
    array[
        pg_temp.get_levels(
            '{"statistic": "rate", "direction": "below", "warning_threshold": 5,
                "critical_threshold": 2}',
            '{0}', 0
        ),
        pg_temp.get_levels('{"statistic": "rate"}', '{null}', 0),
        pg_temp.get_levels('{"statistic": "rate"}', '{9}', 2)
    ],
    '{{2},{null},{null}}',
    'so is a rate of no values in a second, but no share of no values'
);

select * from finish();
rollback;
