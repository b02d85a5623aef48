begin;
select plan(4);

-- By model type: the lease ends at 10:05, and attempts are used up or not.
insert into perf.model_training_history (
    model_type, training_status, trigger_type, training_start, claimed_by, lease_id,
    lease_expires_at, attempt_count, max_attempts
)
select
    t.model_type, t.status, 'manual', '2020-01-06 10:00+00', 't-1', gen_random_uuid(),
    case when t.status = 'running' then '2020-01-06 10:05+00'::timestamptz end, t.attempts, 3
from (
    values
        ('lost', 'running', 3),
        ('may come back', 'running', 2),
        ('given back', 'pending', 3)
) as t (model_type, status, attempts);
insert into perf.model_training_history (model_type, trigger_type) values ('new', 'manual');

select is(
    perf_internal.fail_lost_trainings('2020-01-06 10:04:59.999999+00'),
    0::bigint,
    'a lease is not over before its time'
);
select is(
    perf_internal.fail_lost_trainings('2020-01-06 10:05+00'),
    1::bigint,
    'a training without a lease and without a further attempt fails'
);
select results_eq(
    $$ select h.model_type, h.training_status, h.training_end, h.lease_expires_at, h.error_message
       from perf.model_training_history as h
       order by h.model_type $$,
    $$ values
        ('given back', 'pending', null::timestamptz, null::timestamptz, null::text),
        (
            'lost', 'failed', '2020-01-06 10:05+00', null,
            'The trainer t-1 did not come back: attempt 3 of 3.'
        ),
        ('may come back', 'running', null, '2020-01-06 10:05+00', null),
        ('new', 'pending', null, null, null) $$,
    'others stay as they are'
);
select is(
    perf_internal.fail_lost_trainings('2020-01-06 10:05+00'), 0::bigint, 'a second call finds none'
);

select * from finish();
rollback;
