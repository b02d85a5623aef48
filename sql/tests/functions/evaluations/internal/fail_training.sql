begin;
select plan(16);

insert into perf.model_training_history (
    id, model_type, trigger_type, training_status, training_start, claimed_by, lease_id,
    lease_expires_at, attempt_count
)
values (
    '10000000-0000-4000-8000-000000000000', 'sdxl', 'manual', 'running', '2020-01-06 10:00+00', 't-1',
    'f0000000-0000-4000-8000-000000000000', '2020-01-06 10:05+00', 1
);

select ok(
    perf_internal.fail_training(
        '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
        E' out of memory\r\non GPU 1 ', as_of => '2020-01-06 10:04+00'
    ),
    'a trainer gives up'
);
select results_eq(
    $$ select h.training_status, h.training_end, h.lease_expires_at, h.claimed_by, h.error_message
       from perf.model_training_history as h $$,
    $$ values (
        'failed', '2020-01-06 10:04+00'::timestamptz, null::timestamptz, 't-1',
        'out of memory  on GPU 1'
    ) $$,
    'the training failed, with an error in one line'
);
select ok(
    not perf_internal.fail_training(
        '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
        'another'
    ),
    'a repeated call is false'
);
select is(
    (select h.error_message from perf.model_training_history as h),
    'out of memory  on GPU 1',
    'and changes nothing'
);

delete from perf.model_training_history;
insert into perf.model_training_history (
    id, model_type, trigger_type, training_status, training_start, claimed_by, lease_id,
    lease_expires_at, attempt_count
)
values (
    '10000000-0000-4000-8000-000000000000', 'sdxl', 'manual', 'running', '2020-01-06 10:00+00', 't-1',
    'f0000000-0000-4000-8000-000000000000', '2020-01-06 10:05+00', 1
);

select ok(
    perf_internal.fail_training(
        '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
        'no disk', true, '2020-01-06 10:04+00'
    ),
    'a trainer gives a training back'
);
select results_eq(
    $$ select h.training_status, h.training_end, h.lease_expires_at, h.attempt_count, h.error_message
       from perf.model_training_history as h $$,
    $$ values ('pending', null::timestamptz, null::timestamptz, 1, 'no disk') $$,
    'it may be claimed again'
);
select ok(
    not perf_internal.fail_training(
        '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
        'no disk', true
    ),
    'a repeated call is false'
);
select results_eq(
    $$ select c.model_type, c.attempt_count
       from perf_internal.claim_training('t-1', as_of => '2020-01-06 10:04+00') as c $$,
    $$ values ('sdxl', 2) $$,
    'and is claimed'
);
select throws_ok(
    $$ select perf_internal.fail_training('10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000') $$,
    'PT409',
    null,
    'then the lease before is refused'
);

update perf.model_training_history as h
set attempt_count = 3;

select ok(
    perf_internal.fail_training(
        h.id, h.lease_id, repeat('x', 20000), true, '2020-01-06 10:03+00'
    ),
    'given a last attempt that fails'
)
from perf.model_training_history as h;
select results_eq(
    $$ select h.training_status, h.training_end, length(h.error_message)
       from perf.model_training_history as h $$,
    $$ values ('failed', '2020-01-06 10:04+00'::timestamptz, 2000) $$,
    'it is over, not before it started, and its error is cut'
);

delete from perf.model_training_history;
insert into perf.model_training_history (
    id, model_type, trigger_type, training_status, training_start, claimed_by, lease_id,
    lease_expires_at, attempt_count
)
values (
    '10000000-0000-4000-8000-000000000000', 'sdxl', 'manual', 'running', '2020-01-06 10:00+00', 't-1',
    'f0000000-0000-4000-8000-000000000000', '2020-01-06 10:05+00', 1
);

select perf_internal.fail_training('10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000');

select is((select h.error_message from perf.model_training_history as h), null, 'an error is optional');

delete from perf.model_training_history;
insert into perf.model_training_history (
    id, model_type, trigger_type, training_status, training_start, claimed_by, lease_id,
    lease_expires_at, attempt_count
)
values (
    '10000000-0000-4000-8000-000000000000', 'sdxl', 'manual', 'running', '2020-01-06 10:00+00', 't-1',
    'f0000000-0000-4000-8000-000000000000', '2020-01-06 10:05+00', 1
);

select perf_internal.complete_training('10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000', '1');

select throws_ok(
    $$ select perf_internal.fail_training('10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000') $$,
    'PT409',
    'training 10000000-0000-4000-8000-000000000000 is completed',
    'a completed training does not fail'
);
select throws_ok(
    'select perf_internal.fail_training(null, null)', 'PT404', null, 'refuses no training'
);
select throws_ok(
    $$ select perf_internal.fail_training('10000000-0000-4000-8000-000000000000', null) $$,
    '22023',
    'lease_id must not be null',
    'refuses no lease'
);

set local role perf_analyst;
select throws_ok(
    'select perf_internal.fail_training(null, null)', '42501', null, 'perf_analyst may not'
);

select * from finish();
rollback;
