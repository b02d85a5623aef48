begin;
select plan(6);

insert into perf.model_training_history (
    id, model_type, trigger_type, training_status, training_start, claimed_by, lease_id,
    lease_expires_at, attempt_count
)
values (
    '10000000-0000-4000-8000-000000000000', 'sdxl', 'manual', 'running', '2020-01-06 10:00+00', 't-1',
    'f0000000-0000-4000-8000-000000000000', '2020-01-06 10:05+00', 1
);

select perf_internal.fail_training(
    '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
    'out of memory', as_of => '2020-01-06 10:04+00'
);

select results_eq(
    $$ select a.alert_type, a.severity, a.model_type, a.machine_id, a.alert_message,
           a.alert_timestamp, a.alert_details
       from perf.model_alerts as a $$,
    $$ values (
        'training_failed', 'warning', 'sdxl', null::uuid, 'Training of sdxl failed: out of memory',
        '2020-01-06 10:04+00'::timestamptz,
        '{"training_id": "10000000-0000-4000-8000-000000000000", "worker": "t-1",
          "attempt_count": 1, "max_attempts": 3, "error_message": "out of memory"}'::jsonb
    ) $$,
    'a training that failed is an alert'
);

create function pg_temp.train(as_of timestamptz, version text) returns boolean
language sql as $$
    select perf_internal.trigger_retraining('sdxl', as_of => as_of);
    select case
        when version is null then perf_internal.fail_training(c.training_id, c.lease_id, as_of => as_of)
        else perf_internal.complete_training(c.training_id, c.lease_id, version, as_of => as_of)
    end
    from perf_internal.claim_training('t-2', as_of => as_of) as c
$$;

select ok(pg_temp.train('2020-01-06 11:00+00', null), 'given another one');
select results_eq(
    'select a.repeat_count, a.alert_message, a.is_resolved from perf.model_alerts as a',
    $$ values (1::bigint, 'Training of sdxl failed: no error was given.', false) $$,
    'it is the same alert'
);
select ok(pg_temp.train('2020-01-06 12:00+00', '7'), 'given one that completes');
select results_eq(
    $$ select a.is_resolved, a.resolved_timestamp, a.resolved_by, a.resolution_note
       from perf.model_alerts as a $$,
    $$ select true, '2020-01-06 12:00+00'::timestamptz, null::text,
           format('Training %s completed.', h.id)
       from perf.model_training_history as h
       where h.model_version = '7' $$,
    'the alert is over'
);

select perf_internal.trigger_retraining('sdxl');

select is(
    (select count(*) from perf.model_alerts), 1::bigint, 'a training that is not over is no alert'
);

select * from finish();
rollback;
