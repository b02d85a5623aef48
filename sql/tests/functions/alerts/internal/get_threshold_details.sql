begin;
select plan(4);

create function pg_temp.describe(changes jsonb, value float8, level integer)
returns jsonb
language sql
as $$
    select perf_internal.get_threshold_details(
        jsonb_populate_record(
            null::perf.performance_alert_thresholds,
            '{
                "metric_name": "response_time_ms", "statistic": "p95", "direction": "above",
                "warning_threshold": 100, "critical_threshold": 200, "time_window": "15 minutes",
                "description": "Users wait.", "runbook_url": "https://example.org/slow"
            }'::jsonb || describe.changes
        ),
        'ms',
        describe.value,
        7,
        describe.level,
        '2020-01-06 10:00+00'
    )
$$;
set local timezone = 'UTC';

select is(
    pg_temp.describe('{}', 231.5, 2),
    '{
        "value": 231.5, "limit": 200, "sample_count": 7, "metric": "response_time_ms",
        "statistic": "p95", "direction": "above", "unit": "ms", "warning_threshold": 100,
        "critical_threshold": 200, "recovery_threshold": null, "time_window": "15 minutes",
        "start_time": "2020-01-06T09:45:00+00:00", "end_time": "2020-01-06T10:00:00+00:00",
        "description": "Users wait.", "runbook_url": "https://example.org/slow"
    }',
    'has the value, the limit that it is beyond, the window and what the threshold says'
);
select results_eq(
    $$ select (pg_temp.describe('{"recovery_threshold": 80}', 90, l.level) -> 'limit')::int
       from generate_series(0, 2) as l (level) $$,
    $$ values (80), (100), (200) $$,
    'the limit is that of the level'
);
select is(
    pg_temp.describe('{"baseline": "hour_of_week"}', 4, 1) ->> 'unit',
    'deviations',
    'the unit of an anomaly is deviations'
);

set local role perf_admin;
select throws_ok(
    $$ select pg_temp.describe('{}', 1, 1) $$, '42501', null, 'nobody but the owner calls it'
);

select * from finish();
rollback;
