begin;
select plan(5);

create function pg_temp.get_recovered(threshold jsonb, v float8[], sample_count bigint default 10)
returns text[]
language sql
as $$
    select array_agg(
        perf_internal.is_threshold_recovered(
            jsonb_populate_record(
                null::perf.performance_alert_thresholds,
                '{"statistic": "avg", "direction": "above", "warning_threshold": 5,
                    "critical_threshold": 8, "minimum_sample": 3, "no_data": "keep"}' || threshold
            ),
            e.value,
            sample_count
        )::text
        order by e.number
    )
    from unnest(v) with ordinality as e (value, number);
$$;

select is(
    pg_temp.get_recovered('{}', '{5,5.1}'), '{true,false}',
    'without a recovery threshold it is the warning threshold that counts'
);
select is(
    pg_temp.get_recovered('{"recovery_threshold": 4}', '{4,4.1,5}'), '{true,false,false}',
    'above: up to the recovery threshold is good'
);
select is(
    pg_temp.get_recovered('{"direction": "below", "recovery_threshold": 6}', '{6,5.9}'),
    '{true,false}',
    'below: from the recovery threshold on is good'
);
select is(
    array[
        pg_temp.get_recovered(
            '{"direction": "both", "baseline": "hour_of_week", "recovery_threshold": 2}', '{-2,2.1}'
        ),
        pg_temp.get_recovered('{"direction": "below", "baseline": "hour_of_week"}', '{7,-5.1}')
    ],
    '{{true,false},{true,false}}',
    'deviations are measured to the bad side'
);
select is(
    array[
        pg_temp.get_recovered('{}', '{1}', 2),
        pg_temp.get_recovered('{"no_data": "resolve"}', '{9}', 2),
        pg_temp.get_recovered('{"no_data": "alert"}', '{null}')
    ],
    '{{null},{true},{false}}',
    'without data no_data says'
);

select * from finish();
rollback;
