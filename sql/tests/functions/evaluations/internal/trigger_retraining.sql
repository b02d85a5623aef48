begin;
select plan(17);

set local datestyle = 'ISO';
set local timezone = 'UTC';

create temporary table asked as
select
    perf_internal.trigger_retraining(
        ' sdxl ', null, 'drift', ' it drifts ', 2, as_of => '2020-01-06 10:00+00'
    ) as id;

select results_eq(
    $$ select h.id, h.model_type, h.machine_id, h.training_status, h.trigger_type, h.trigger_reason,
           h.requested_at, h.attempt_count, h.max_attempts, h.lease_id
       from perf.model_training_history as h $$,
    $$ select a.id, 'sdxl', null::uuid, 'pending', 'drift', 'it drifts',
           '2020-01-06 10:00+00'::timestamptz, 0, 2, null::uuid
       from asked as a $$,
    'adds a pending training, without spaces around names'
);
select is(
    perf_internal.trigger_retraining('sdxl'),
    (select a.id from asked as a),
    'a second call returns the first'
);
select isnt(
    perf_internal.trigger_retraining('sdxl', 'e0000000-0000-4000-8000-000000000000'),
    (select a.id from asked as a),
    'the model of a machine has a training of its own'
);
select is(
    perf_internal.trigger_retraining('sdxl', 'e0000000-0000-4000-8000-000000000000'),
    (select h.id from perf.model_training_history as h where h.machine_id is not null),
    'which a second call returns'
);

select perf_internal.claim_training('t', as_of => '2020-01-06 10:00+00')
from generate_series(1, 1);

select is(
    perf_internal.trigger_retraining('sdxl', as_of => '2020-01-06 10:01+00'),
    (select a.id from asked as a),
    'a running training is not over'
);
select is(
    perf_internal.trigger_retraining('sdxl', as_of => '2020-01-06 11:00+00'),
    (select a.id from asked as a),
    'nor is one whose trainer may be replaced'
);

update perf.model_training_history as h
set max_attempts = 1
where h.id = (select a.id from asked as a);

select isnt(
    perf_internal.trigger_retraining('sdxl', as_of => '2020-01-06 11:00+00'),
    (select a.id from asked as a),
    'one that nobody may claim again is over'
);
select results_eq(
    $$ select h.training_status, h.training_end from perf.model_training_history as h
       where h.id = (select a.id from asked as a) $$,
    $$ values ('failed', '2020-01-06 11:00+00'::timestamptz) $$,
    'and failed'
);
select throws_ok(
    'select perf_internal.trigger_retraining(null)',
    '22023',
    'model_type must have 1 to 200 characters, got null',
    'refuses no model type'
);
select throws_ok(
    $$ select perf_internal.trigger_retraining(E'a\nb') $$,
    '22023',
    E'model_type must have no control characters, got "a\\nb"',
    'refuses control characters'
);
select throws_ok(
    $$ select perf_internal.trigger_retraining('sdxl', null, 'weather') $$,
    '22023',
    'trigger_type must be manual, scheduled, drift or degradation, got "weather"',
    'refuses an unknown trigger type'
);
select throws_ok(
    $$ select perf_internal.trigger_retraining('sdxl', null, null) $$,
    '22023',
    'trigger_type must be manual, scheduled, drift or degradation, got null',
    'refuses none'
);
select throws_ok(
    format($$ select perf_internal.trigger_retraining('sdxl', reason => %L) $$, repeat('x', 1001)),
    '22023',
    format('reason must have 1 to 1000 characters, got "%s..." (1001 characters)', repeat('x', 60)),
    'refuses a long reason'
);
select throws_ok(
    $$ select perf_internal.trigger_retraining('sdxl', max_attempts => 0) $$,
    '22023',
    'max_attempts must be between 1 and 100, got 0',
    'refuses no attempt'
);
select throws_ok(
    $$ select perf_internal.trigger_retraining('sdxl', max_attempts => null) $$,
    '22023',
    'max_attempts must be between 1 and 100, got null',
    'refuses null attempts'
);
select throws_ok(
    $$ select perf_internal.trigger_retraining('sdxl', as_of => 'infinity') $$,
    '22023',
    'as_of must be a point in time, got infinity',
    'refuses a time that is none'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf_internal.trigger_retraining('sdxl') $$, '42501', null, 'perf_analyst may not'
);

select * from finish();
rollback;
