begin;
select plan(24);

set local datestyle = 'ISO';
set local timezone = 'UTC';

do $$
begin
    -- 50 ones and 50 twos; then 25 and 75; then as at first.
    perform perf.record_feature_values(
        'demand', null, 'load',
        array_fill(1.0::float8, array[v.ones]) || array_fill(2.0::float8, array[100 - v.ones]),
        observed_at => v.at
    )
    from (
        values
            (50, '2020-01-06 10:00+00'::timestamptz),
            (25, '2020-02-03 10:00+00'),
            (50, '2020-02-04 10:00+00')
    ) as v (ones, at);
    perform perf.record_feature_values(
        'demand', null, 'season', categories => v.categories, observed_at => v.at
    )
    from (
        values
            ('{"dry": 50, "wet": 50}'::jsonb, '2020-01-06 10:00+00'::timestamptz),
            ('{"dry": 40, "wet": 60}', '2020-02-03 10:00+00')
    ) as v (categories, at);
    perform perf.record_model_metrics('demand', v.at, rmse => 1)
    from (
        values
            ('2020-01-06 12:00+00'::timestamptz),
            ('2020-02-03 12:00+00'),
            ('2020-02-03 23:59+00'),
            ('2020-02-04 00:00+00')
    ) as v (at);
end
$$;

select throws_ok(
    $$ select * from perf.check_model_drift(
           'nothing', start_time => '2020-02-03', end_time => '2020-02-04'
       ) $$,
    'PT404',
    'there is no model type "nothing" on no machine',
    'refuses a model that nobody recorded'
);
select throws_ok(
    $$ select * from perf.check_model_drift(
           'demand', 'a0000000-0000-4000-8000-000000000000', '2020-02-03', '2020-02-04'
       ) $$,
    'PT404',
    'there is no model type "demand" on machine a0000000-0000-4000-8000-000000000000',
    'refuses a machine that nobody recorded'
);
select throws_ok(
    $$ select * from perf.check_model_drift(
           'demand', start_time => '2020-02-03', end_time => '2020-02-04'
       ) $$,
    'PT409',
    'model type "demand" has no reference to compare with',
    'refuses a model without reference'
);

do $$
begin
    perform perf.set_drift_reference('demand', null, '2020-01-06', '2020-01-07');
end
$$;

select throws_ok(
    $$ select * from perf.check_model_drift(
           'demand', start_time => '2020-01-06 23:59', end_time => '2020-01-08'
       ) $$,
    '22023',
    'the range from 2020-01-06 23:59:00+00 to 2020-01-08 00:00:00+00 must not overlap'
        || ' the reference, which is from 2020-01-06 00:00:00+00 to 2020-01-07 00:00:00+00',
    'refuses a range that overlaps the reference'
);
select throws_ok(
    $$ select * from perf.check_model_drift('demand', method => 'psi2') $$,
    '22023',
    null,
    'refuses an unknown method'
);

create temp table drift as
select *
from perf.check_model_drift('demand', start_time => '2020-02-03', end_time => '2020-02-04');

select results_eq(
    $$ select drift_detected, round(drift_score::numeric, 4), training_id from drift $$,
    $$ values (true, 0.25, null::uuid) $$,
    'the largest effect of what drifted is the score'
);

select results_eq(
    $$ select
           t ->> 'kind', t ->> 'name', t ->> 'method', (t ->> 'drifted')::boolean, t ->> 'note',
           (t ->> 'n_reference')::int, (t ->> 'n_current')::int
       from drift as d
       cross join jsonb_array_elements(d.drift_details -> 'tests') as t $$,
    $$ values
        ('feature', 'load', 'kolmogorov_smirnov', true, null, 100, 100),
        ('feature', 'season', 'chi_square', false, null, 100, 100) $$,
    'the worst test comes first'
);

select results_eq(
    $$ select
           (t ->> 'adjusted_p_value')::float8 = 2 * (t ->> 'p_value')::float8,
           (t ->> 'p_value')::float8 <= 0.05
       from drift as d
       cross join jsonb_array_elements(d.drift_details -> 'tests') as t
       limit 1 $$,
    $$ values (true, true) $$,
    'Holm: the smallest of two p values is doubled'
);

select results_eq(
    $$ select jsonb_object_keys(d.drift_details -> 'tests' -> 0) from drift as d order by 1 $$,
    $$ values ('adjusted_p_value'), ('current_value'), ('drifted'), ('effect'), ('kind'),
        ('method'),
        ('n_current'), ('n_reference'), ('name'), ('note'), ('p_value'), ('reference_value'),
        ('statistic'), ('threshold') $$,
    'a test has these keys'
);

select is(
    (select d.drift_details - 'tests' from drift as d),
    '{"windows": {
        "reference": {
            "kind": "window",
            "start_time": "2020-01-06T00:00:00+00:00",
            "end_time": "2020-01-07T00:00:00+00:00"
        },
        "current": {
            "start_time": "2020-02-03T00:00:00+00:00", "end_time": "2020-02-04T00:00:00+00:00"
        }
    }, "method": "auto", "alpha": 0.05, "correction": "holm", "minimum_sample": 100,
    "skipped": [{
        "kind": "metric", "name": "rmse", "n_reference": 1, "n_current": 2,
        "reason": "Evaluations: 1 in the reference and 2 in the window. It takes 5."
    }]}'::jsonb,
    'the details say how it was tested, and what was not'
);

select results_eq(
    $$ select r.evaluation_date, r.drift_detected, r.drift_score = d.drift_score,
           r.drift_details = d.drift_details
       from perf.model_performance_metrics as r cross join drift as d
       where r.drift_detected is not null $$,
    $$ values ('2020-02-03 23:59+00'::timestamptz, true, true, true) $$,
    'the last evaluation before the end has the result'
);

select results_eq(
    $$ select c.start_time, c.end_time, c.reference_start, c.reference_end, c.drift_detected,
           c.drift_score = d.drift_score, c.drift_details = d.drift_details, c.training_id
       from perf.model_drift_checks as c join drift as d on d.check_id = c.id $$,
    $$ values ('2020-02-03 00:00+00'::timestamptz, '2020-02-04 00:00+00'::timestamptz,
        '2020-01-06 00:00+00'::timestamptz, '2020-01-07 00:00+00'::timestamptz, true, true, true,
        null::uuid) $$,
    'the check is kept'
);

select results_eq(
    $$ select drift_detected, drift_score, drift_details #>> '{tests,0,note}'
       from perf.check_model_drift(
           'demand', start_time => '2020-02-03', end_time => '2020-02-04', alpha => 0.005,
           retrain => true
       ) $$,
    $$ values (false, 0::float8, 'Significant alone, but not after the correction for 2 tests.') $$,
    'with a smaller alpha it is no drift, and the note says that it would be alone'
);

select is_empty(
    'select from perf.model_training_history',
    'without drift no training is asked for'
);

select results_eq(
    $$ select drift_detected, (drift_details #>> '{tests,0,adjusted_p_value}')::float8
           = (drift_details #>> '{tests,0,p_value}')::float8
       from perf.check_model_drift(
           'demand', start_time => '2020-02-03', end_time => '2020-02-04', alpha => 0.005,
           correction => 'none'
       ) $$,
    $$ values (true, true) $$,
    'without correction each test stands alone'
);

select results_eq(
    $$ select (t ->> 'adjusted_p_value')::float8
       from perf.check_model_drift(
           'demand', start_time => '2020-02-03', end_time => '2020-02-04',
           correction => 'benjamini_hochberg'
       ) as d
       cross join jsonb_array_elements(d.drift_details -> 'tests') as t
       order by t ->> 'name' $$,
    $$ select unnest(
           perf.get_benjamini_hochberg_adjusted(
               array_agg((t ->> 'p_value')::float8 order by t ->> 'name')
           )
       )
       from drift as d
       cross join jsonb_array_elements(d.drift_details -> 'tests') as t $$,
    'benjamini_hochberg adjusts by that method'
);

create temp table retrained as
select * from perf.check_model_drift(
    'demand', start_time => '2020-02-03', end_time => '2020-02-04', retrain => true
);

select results_eq(
    $$ select r.drift_detected, h.model_type, h.machine_id, h.trigger_type, h.trigger_reason
       from retrained as r join perf.model_training_history as h on h.id = r.training_id $$,
    $$ values (true, 'demand', null::uuid, 'drift',
        'Drift in 1 of 2 tests. The largest is in feature load: 0.250.') $$,
    'with retrain a drift asks for a training'
);

select results_eq(
    $$ select c.training_id from perf.check_model_drift(
           'demand', start_time => '2020-02-03', end_time => '2020-02-04', retrain => true
       ) as c $$,
    $$ select training_id from retrained $$,
    'a second check gets the training that is open'
);

select results_eq(
    $$ select drift_detected, drift_score from perf.check_model_drift(
           'demand', start_time => '2020-02-04', end_time => '2020-02-05'
       ) $$,
    $$ values (false, 0::float8) $$,
    'what is as the reference has no drift'
);

select results_eq(
    $$ select drift_detected, drift_score, drift_details -> 'tests',
           drift_details #> '{skipped,0,reason}'
       from perf.check_model_drift(
           'demand', start_time => '2020-03-01', end_time => '2020-03-02'
       ) $$,
    $$ values (null::boolean, null::float8, '[]'::jsonb,
        '"Values: 100 in the reference and 0 in the window. minimum_sample is 100."'::jsonb) $$,
    'of a range without data nothing is tested, and nothing is said of drift'
);

select is(
    (select count(*) from perf.model_performance_metrics as r
     where r.drift_details -> 'tests' = '[]'),
    0::bigint,
    'where nothing was tested the evaluation keeps what an earlier check found'
);

do $$
begin
    perform perf.save_feature_profile('demand', null, 'load', array_fill(1.0::float8, '{100}'));
end
$$;

select results_eq(
    $$ select d.drift_detected, round(d.drift_score::numeric, 4),
           d.drift_details #> '{windows,reference}'
       from perf.check_model_drift(
           'demand', start_time => '2020-02-04', end_time => '2020-02-05'
       ) as d $$,
    $$ values (
        true, 0.5183, '{"kind": "profile", "start_time": null, "end_time": null}'::jsonb
    ) $$,
    'a profile is a reference without a time range'
);

select results_eq(
    $$ select t ->> 'name', (t ->> 'n_reference')::int, (t ->> 'n_current')::int
       from perf.check_model_drift(
           'demand', start_time => '2020-02-04', end_time => '2020-02-05'
       ) as d
       cross join jsonb_array_elements(d.drift_details -> 'skipped') as t
       where t ->> 'kind' = 'metric' $$,
    $$ values ('rmse', 3, 1) $$,
    'beside a profile, evaluations are compared with those before the range'
);

select set_eq(
    $$ select case t when 'tests' then 1 else 0 end
       from unnest('{tests,skipped,windows,method,alpha,correction,minimum_sample}'::text[]) as t
       where position(t in obj_description('perf.check_model_drift'::regproc)) = 0 $$,
    $$ select 1 where false $$,
    'the comment names each part of the details'
);

select * from finish();
rollback;
