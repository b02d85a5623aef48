begin;
select plan(3);

select perf_internal.raise_alert('drift', 'warning', 'sdxl', null, 'It drifts.');

select lives_ok(
    'select perf_internal.check_alert_id(a.id) from perf.model_alerts as a', 'an alert is there'
);
select throws_ok(
    'select perf_internal.check_alert_id(0)', 'PT404', 'there is no alert 0', 'refuses another key'
);
select throws_ok(
    'select perf_internal.check_alert_id(null)', 'PT404', 'there is no alert null', 'refuses null'
);

select * from finish();
rollback;
