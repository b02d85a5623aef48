begin;
select plan(11);

insert into perf_internal.trained_models (id, model_type) values
    ('10000000-0000-4000-8000-000000000000', 'sdxl'),
    ('20000000-0000-4000-8000-000000000000', 'wan');
insert into perf.model_training_history (id, model_type, trigger_type) values
    ('30000000-0000-4000-8000-000000000000', 'sdxl', 'drift');

-- A check of the day before its number of hours.
create function pg_temp.check_drift(
    hour integer,
    score float8,
    training_id uuid default null,
    model_id uuid default '10000000-0000-4000-8000-000000000000',
    details jsonb default '{"tests": [{"kind": "feature", "name": "load"}]}'
)
returns bigint
language sql as $$
    insert into perf.model_drift_checks (
        trained_model_id, checked_at, start_time, end_time, drift_detected, drift_score,
        drift_details, training_id
    )
    values (
        model_id,
        '2020-01-07 00:00+00',
        '2020-01-05 00:00+00'::timestamptz + hour * interval '1 hour',
        '2020-01-06 00:00+00'::timestamptz + hour * interval '1 hour',
        score > 0,
        score,
        details,
        training_id
    )
    returning id;
$$;

select pg_temp.check_drift(1, 0);

select is_empty('select * from perf.model_alerts', 'a check that finds nothing is no alert');

create temporary table checks as
select pg_temp.check_drift(2, 0.4236, '30000000-0000-4000-8000-000000000000') as id;

select results_eq(
    $$ select a.alert_type, a.severity, a.model_type, a.machine_id, a.alert_message,
           a.alert_timestamp, a.auto_action_taken
       from perf.model_alerts as a $$,
    $$ values (
        'model_drift', 'warning', 'sdxl', null::uuid,
        'sdxl drifts, most in feature load: drift_score 0.424 from 2020-01-05 02:00 to 2020-01-06 02:00 UTC.',
        '2020-01-07 00:00+00'::timestamptz, 'retraining'
    ) $$,
    'drift is an alert, which says what was done'
);
select results_eq(
    $$ select a.alert_details - array['start_time', 'end_time'],
           (a.alert_details ->> 'end_time')::timestamptz
       from perf.model_alerts as a $$,
    $$ select
           jsonb_build_object(
               'check_id', c.id, 'drift_score', 0.4236,
               'training_id', '30000000-0000-4000-8000-000000000000'
           ),
           '2020-01-06 02:00+00'::timestamptz
       from checks as c $$,
    'and which check found it'
);

select pg_temp.check_drift(1, 0);

select is(
    (select a.is_resolved from perf.model_alerts as a),
    false,
    'a check of an earlier range says nothing about now'
);

select pg_temp.check_drift(3, 0, null, '20000000-0000-4000-8000-000000000000');

select is(
    (select a.is_resolved from perf.model_alerts as a), false, 'nor does one of another model'
);

select pg_temp.check_drift(4, null, details => '{"tests": []}');

select is(
    (select a.is_resolved from perf.model_alerts as a), false, 'nor one that tested nothing'
);

select pg_temp.check_drift(2, 0);

select is(
    (select a.is_resolved from perf.model_alerts as a), true, 'the same range again does'
);
select pg_temp.check_drift(1, 0.9);

select is(
    (select count(*) from perf.model_alerts),
    1::bigint,
    'drift in an earlier range is no alert'
);

select pg_temp.check_drift(3, 0.1);

select results_eq(
    $$ select a.is_resolved, a.auto_action_taken from perf.model_alerts as a order by a.id $$,
    $$ values (true, 'retraining'), (false, null) $$,
    'drift in a later one is a new alert'
);

select pg_temp.check_drift(3, 0);

select is_empty(
    'select * from perf.v_unresolved_model_alerts', 'which a check without drift clears'
);

select pg_temp.check_drift(3, 0.1, details => '{}');

select is(
    (select v.alert_message from perf.v_unresolved_model_alerts as v),
    'sdxl drifts: drift_score 0.100 from 2020-01-05 03:00 to 2020-01-06 03:00 UTC.',
    'of a check without tests it says what there is'
);

select * from finish();
rollback;
