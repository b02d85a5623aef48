begin;
select plan(6);

do $$
begin
    perform perf.record_feature_values(
        'demand', m, 'load', '{1}', observed_at => '2020-01-06 10:00+00'
    )
    from unnest(array['a0000000-0000-4000-8000-000000000000', null]::uuid[]) as m;
    perform perf.record_feature_values(
        'price', null, 'load', '{1}', observed_at => '2020-01-06 10:00+00'
    );
    insert into perf.model_drift_checks (
        trained_model_id, checked_at, start_time, end_time, drift_detected, drift_score,
        drift_details
    )
    select m.id, v.at, '2020-02-03', '2020-02-04', v.score > 0, v.score, '{}'
    from (
        values
            ('demand', null, '2020-02-04 01:00+00'::timestamptz, 0),
            ('demand', null, '2020-02-05 01:00+00', 0.5),
            ('demand', 'a0000000-0000-4000-8000-000000000000'::uuid, '2020-02-06 01:00+00', 0.25),
            ('price', null, '2020-02-07 01:00+00', 1)
    ) as v (model_type, machine_id, at, score)
    join perf_internal.trained_models as m
        on m.model_type = v.model_type and m.machine_id is not distinct from v.machine_id;
end
$$;

select results_eq(
    $$ select model_type, machine_id is null, checked_at, drift_detected, drift_score
       from perf.get_drift_checks() $$,
    $$ values
        ('price', true, '2020-02-07 01:00+00'::timestamptz, true, 1::float8),
        ('demand', false, '2020-02-06 01:00+00', true, 0.25),
        ('demand', true, '2020-02-05 01:00+00', true, 0.5),
        ('demand', true, '2020-02-04 01:00+00', false, 0) $$,
    'the last check comes first'
);
select results_eq(
    $$ select drift_score from perf.get_drift_checks(
           'demand', 'a0000000-0000-4000-8000-000000000000'
       ) $$,
    $$ values (0.25::float8) $$,
    'checks of one model on one machine'
);
select results_eq(
    $$ select drift_score from perf.get_drift_checks(
           'demand', start_time => '2020-02-05 01:00+00', end_time => '2020-02-06 01:00+00'
       ) $$,
    $$ values (0.5::float8) $$,
    'checks from the start to before the end'
);
select results_eq(
    $$ select drift_score from perf.get_drift_checks(max_rows => 1) $$,
    $$ values (1::float8) $$,
    'at most max_rows'
);
select is_empty($$ select perf.get_drift_checks('nothing') $$, 'a model without checks has none');
select throws_ok(
    $$ select perf.get_drift_checks(max_rows => 0) $$,
    '22023',
    'max_rows must be between 1 and 100000, got 0',
    'refuses a limit of 0'
);

select * from finish();
rollback;
