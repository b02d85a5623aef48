begin;
select plan(9);

set local intervalstyle = 'postgres';

insert into perf.model_training_history (
    id, model_type, trigger_type, training_status, training_start, claimed_by, lease_id,
    lease_expires_at, attempt_count
)
values (
    '10000000-0000-4000-8000-000000000000', 'sdxl', 'manual', 'running', '2020-01-06 10:00+00', 't-1',
    'f0000000-0000-4000-8000-000000000000', '2020-01-06 10:05+00', 1
);

select is(
    perf_internal.heartbeat_training(
        '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
        as_of => '2020-01-06 10:04+00'
    ),
    '2020-01-06 10:09+00',
    'holds the training five minutes from now'
);
select is(
    perf_internal.heartbeat_training(
        '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
        '10 seconds', '2020-01-06 10:04+00'
    ),
    '2020-01-06 10:04:10+00',
    'or as long as was asked'
);
select is(
    perf_internal.heartbeat_training(
        '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
        as_of => '2020-01-06 12:00+00'
    ),
    '2020-01-06 12:05+00',
    'also late, when nobody else has claimed it'
);
select is(
    (select h.lease_expires_at from perf.model_training_history as h),
    '2020-01-06 12:05+00',
    'the table says so'
);
select throws_ok(
    $$ select perf_internal.heartbeat_training(
           '10000000-0000-4000-8000-000000000000', 'f1000000-0000-4000-8000-000000000000'
       ) $$,
    'PT409',
    null,
    'refuses another lease'
);
select throws_ok(
    $$ select perf_internal.heartbeat_training(
           '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
           '8 days'
       ) $$,
    '22023',
    'lease must be between 1 second and 7 days, got 8 days',
    'refuses a lease that is too long'
);
select throws_ok(
    'select perf_internal.heartbeat_training(null, null)', 'PT404', null, 'refuses no training'
);

select perf_internal.fail_training('10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000');

select throws_ok(
    $$ select perf_internal.heartbeat_training(
           '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000'
       ) $$,
    'PT409',
    'training 10000000-0000-4000-8000-000000000000 is failed',
    'refuses a training that is over'
);

set local role perf_analyst;
select throws_ok(
    'select perf_internal.heartbeat_training(null, null)', '42501', null, 'perf_analyst may not'
);

select * from finish();
rollback;
