begin;
select plan(10);

create function pg_temp.say(
    changes jsonb,
    value float8,
    level integer,
    unit text default 'ms',
    sample_count bigint default 7,
    labels jsonb default '{}'
)
returns text
language sql
as $$
    select perf_internal.get_threshold_message(
        jsonb_populate_record(
            null::perf.performance_alert_thresholds,
            '{
                "metric_name": "response_time_ms", "statistic": "p95", "direction": "above",
                "warning_threshold": 100, "critical_threshold": 200, "time_window": "15 minutes"
            }'::jsonb || say.changes
        ),
        say.unit,
        say.labels || '{"metric": "x", "statistic": "p95", "threshold_id": 1}',
        say.value,
        say.sample_count,
        say.level
    )
$$;

select is(
    pg_temp.say('{}', 231.5, 2, labels => '{"tool": "chat", "model": "acme/one"}'),
    'p95 of response_time_ms for model acme/one, tool chat is 231.5 ms over 15 minutes, above the critical threshold of 200 ms (7 values).',
    'says what is beyond which threshold, over which time, for what'
);
select is(
    pg_temp.say('{}', 150, 1, sample_count => 1),
    'p95 of response_time_ms is 150 ms over 15 minutes, above the warning threshold of 100 ms (1 value).',
    'without a scope it is of all series'
);
select is(
    pg_temp.say(
        '{"metric_name": "quality.likeness", "statistic": "min", "direction": "below",
          "warning_threshold": 0.5, "critical_threshold": 0.2}',
        0.1, 2, unit => 'score', labels => '{"worker": null}'
    ),
    'min of quality.likeness for worker (none) is 0.1 score over 15 minutes, below the critical threshold of 0.2 score (7 values).',
    'below is below; what a series does not have is (none)'
);
select is(
    pg_temp.say(
        '{"metric_name": "error_rate", "statistic": "rate", "warning_threshold": 0.05}',
        0.123, 1, unit => 'share', sample_count => 1000
    ),
    'error_rate is 12.3 % over 15 minutes, above the warning threshold of 5 % (1000 values).',
    'a share is a percentage'
);
select is(
    pg_temp.say('{"statistic": "rate", "warning_threshold": 10}', 12, 1),
    'rate of response_time_ms is 12 per second over 15 minutes, above the warning threshold of 10 per second (7 values).',
    'another rate is per second'
);
select is(
    pg_temp.say(
        '{"statistic": "count", "direction": "below", "warning_threshold": 10}', 0, 1,
        sample_count => 0
    ),
    'count of response_time_ms is 0 over 15 minutes, below the warning threshold of 10 (0 values).',
    'a count has no unit'
);
select is(
    pg_temp.say(
        '{"baseline": "hour_of_week", "direction": "both", "warning_threshold": 3, "critical_threshold": 5}',
        -5.5, 2
    ),
    'p95 of response_time_ms is -5.5 deviations from its past at this hour of the week over 15 minutes, beyond the critical threshold of 5 deviations (7 values).',
    'of an anomaly it says the deviations'
);
select is(
    pg_temp.say('{"recovery_threshold": 80}', 90, 0),
    'p95 of response_time_ms is 90 ms over 15 minutes, not yet on the good side of the recovery threshold of 80 ms (7 values).',
    'says that a value has not recovered yet'
);
select is(
    pg_temp.say('{"no_data": "alert"}', null, 2, sample_count => 0, labels => '{"model": "a"}'),
    'There is no data for p95 of response_time_ms for model a over 15 minutes, which counts as critical.',
    'says that there is no data'
);

set local role perf_admin;
select throws_ok(
    $$ select pg_temp.say('{}', 1, 1) $$, '42501', null, 'nobody but the owner calls it'
);

select * from finish();
rollback;
