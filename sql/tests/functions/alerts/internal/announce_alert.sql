begin;
select plan(4);

-- What is notified tests/test_training.py hears, because nothing is before a commit.
select has_trigger('perf', 'model_alerts', t, 'alerts are announced: ' || t)
from unnest(array['announce_alert', 'announce_new_alert']) as t;
select lives_ok(
    format(
        $$ select perf_internal.raise_alert(%L, 'critical', %L, gen_random_uuid(), %L) $$,
        repeat('"', 100),
        repeat(chr(128512), 200),
        repeat(chr(1), 100000)
    ),
    'the longest names can be announced'
);

set local perf.notify_alerts = off;
select lives_ok(
    $$ select perf_internal.raise_alert('model_drift', 'info', 'sdxl', null, 'It drifts.') $$,
    'or nothing is'
);

select * from finish();
rollback;
