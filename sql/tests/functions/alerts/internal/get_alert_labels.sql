begin;
select plan(7);

select is(
    perf_internal.get_alert_labels(
        'threshold', 'warning', 'sdxl', 'e0000000-0000-4000-8000-000000000000',
        '{"metric": "error_rate", "threshold_id": 7}'
    ),
    '{"alert_type": "threshold", "severity": "warning", "model_type": "sdxl",
      "machine_id": "e0000000-0000-4000-8000-000000000000", "metric": "error_rate",
      "threshold_id": 7}'::jsonb,
    'the labels of an alert and what it is'
);
select is(
    perf_internal.get_alert_labels('drift', 'info', null, null, '{}'),
    '{"alert_type": "drift", "severity": "info"}'::jsonb,
    'what is null is left out'
);
select is(
    perf_internal.get_alert_labels('drift', 'info', null, null, '{"model": null, "tool": "chat"}'),
    '{"alert_type": "drift", "severity": "info", "tool": "chat"}'::jsonb,
    'so is a label that is null'
);
select is(
    perf_internal.get_alert_labels('drift', 'info', null, null, '{"x": {"seed": null}}') -> 'x',
    '{"seed": null}'::jsonb,
    'and not a null inside of a value'
);
select is(
    perf_internal.get_alert_labels('drift', 'info', 'sdxl', null, '{"severity": "huge"}')
        ->> 'severity',
    'info',
    'a label cannot pose as what the alert is'
);
select is(
    perf_internal.get_alert_labels('drift', 'info', null, null, null),
    '{"alert_type": "drift", "severity": "info"}'::jsonb,
    'no labels are none'
);

set local role perf_analyst;
select lives_ok(
    $$ select perf_internal.get_alert_labels('drift', 'info', null, null, '{}') $$,
    'functions of an analyst call it'
);

select * from finish();
rollback;
