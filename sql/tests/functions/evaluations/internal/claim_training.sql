begin;
select plan(21);

set local intervalstyle = 'postgres';

set local datestyle = 'ISO';
set local timezone = 'UTC';

insert into perf.model_training_history (
    id, model_type, machine_id, trigger_type, trigger_reason, requested_at, max_attempts
)
values
    (
        '30000000-0000-4000-8000-000000000000', 'wan', null, 'manual', null,
        '2020-01-06 09:03+00', 1
    ),
    (
        '10000000-0000-4000-8000-000000000000', 'sdxl', 'e0000000-0000-4000-8000-000000000000',
        'drift', 'it drifts', '2020-01-06 09:01+00', 2
    ),
    (
        '20000000-0000-4000-8000-000000000000', 'energy', null, 'scheduled', null,
        '2020-01-06 09:02+00', 3
    );

create temporary table claims as
select 1 as number, c.*
from perf_internal.claim_training(' t-1 ', as_of => '2020-01-06 10:00+00') as c;

select results_eq(
    $$ select c.training_id, c.lease_expires_at, c.model_type, c.machine_id, c.trigger_type,
           c.trigger_reason, c.requested_at, c.attempt_count, c.max_attempts
       from claims as c $$,
    $$ values (
        '10000000-0000-4000-8000-000000000000'::uuid, '2020-01-06 10:05+00'::timestamptz, 'sdxl',
        'e0000000-0000-4000-8000-000000000000'::uuid, 'drift', 'it drifts',
        '2020-01-06 09:01+00'::timestamptz, 1, 2
    ) $$,
    'gives the training that was asked for first, for five minutes'
);
select results_eq(
    $$ select h.training_status, h.training_start, h.claimed_by, h.lease_id, h.lease_expires_at,
           h.attempt_count
       from perf.model_training_history as h
       where h.model_type = 'sdxl' $$,
    $$ select 'running', '2020-01-06 10:00+00'::timestamptz, 't-1', c.lease_id, c.lease_expires_at, 1
       from claims as c $$,
    'which is running then'
);
select is(
    (
        select c.model_type
        from perf_internal.claim_training(
            't-2', array['wan', 'other', null], '1 hour', '2020-01-06 10:00+00'
        ) as c
    ),
    'wan',
    'of some model types only'
);
select is(
    (select h.lease_expires_at from perf.model_training_history as h where h.model_type = 'wan'),
    '2020-01-06 11:00+00',
    'for as long as was asked'
);
select is_empty(
    $$ select * from perf_internal.claim_training('t-3', '{}', as_of => '2020-01-06 10:00+00') $$,
    'of no model type there is none'
);
select is(
    (select c.model_type from perf_internal.claim_training('t-3', as_of => '2020-01-06 10:01+00') as c),
    'energy',
    'the next trainer gets the next training'
);
select is_empty(
    $$ select * from perf_internal.claim_training('t-4', as_of => '2020-01-06 10:04:59+00') $$,
    'there is no row when there is nothing to do'
);

insert into claims
select 2, c.*
from perf_internal.claim_training('t-4', as_of => '2020-01-06 10:05+00') as c;

select results_eq(
    'select c.model_type, c.attempt_count from claims as c where c.number = 2',
    $$ values ('sdxl', 2) $$,
    'a training whose lease is over may be claimed again'
);
select is(
    (select count(distinct c.lease_id) from claims as c),
    2::bigint,
    'with another lease'
);
select throws_ok(
    format(
        $$ select perf_internal.heartbeat_training(%L, %L, as_of => '2020-01-06 10:05+00') $$,
        (select c.training_id from claims as c where c.number = 1),
        (select c.lease_id from claims as c where c.number = 1)
    ),
    'PT409',
    null,
    'so the trainer before is refused'
);
select is(
    (select c.model_type from perf_internal.claim_training('t-5', as_of => '2020-01-06 10:30+00') as c),
    'energy',
    'a training that was claimed max_attempts times is not given, but the next one'
);
select results_eq(
    $$ select h.training_status, h.claimed_by, h.training_end, h.error_message
       from perf.model_training_history as h
       where h.model_type = 'sdxl' $$,
    $$ values (
        'failed', 't-4', '2020-01-06 10:30+00'::timestamptz,
        'The trainer t-4 did not come back: attempt 2 of 2.'
    ) $$,
    'it failed'
);
select is_empty(
    $$ select * from perf_internal.claim_training('t-6', as_of => '2020-01-06 11:00+00')
       where model_type <> 'energy' $$,
    'one attempt is one'
);
select is(
    (select count(*) from perf.model_training_history as h where h.training_status = 'failed'),
    2::bigint,
    'a claim fails all that are lost'
);
select throws_ok(
    $$ select perf_internal.claim_training(' ') $$,
    '22023',
    'worker must have 1 to 200 characters, got " "',
    'refuses a trainer without a name'
);
select throws_ok(
    'select perf_internal.claim_training(null)',
    '22023',
    'worker must have 1 to 200 characters, got null',
    'refuses null'
);
select throws_ok(
    $$ select perf_internal.claim_training('t-1', lease => '0') $$,
    '22023',
    'lease must be between 1 second and 7 days, got 00:00:00',
    'refuses a lease that is over'
);
select throws_ok(
    $$ select perf_internal.claim_training('t-1', as_of => null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses no time'
);

set local role perf_recorder;
select lives_ok($$ select perf_internal.claim_training('t-1') $$, 'perf_recorder may');

set local role perf_analyst;
select throws_ok($$ select perf_internal.claim_training('t-1') $$, '42501', null, 'perf_analyst may not');

set local role anon;
select throws_ok($$ select perf_internal.claim_training('t-1') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
