begin;
select plan(6);

do $$
begin
    perform perf.save_feature_profile('demand', null, 'load', '{1, 2}');
    perform perf.save_feature_profile(
        'demand', 'a0000000-0000-4000-8000-000000000000', 'load', '{1, 2}'
    );
    perform perf.save_feature_profile('price', null, 'load', '{1, 2}');
    perform perf.set_drift_reference('price', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00');
end
$$;

select results_eq(
    $$ select model_type, machine_id, kind, start_time, end_time, set_at = now(),
           set_by = current_user
       from perf.get_drift_references() $$,
    $$ values
        ('demand', null::uuid, 'profile', null::timestamptz, null::timestamptz, true, true),
        ('demand', 'a0000000-0000-4000-8000-000000000000', 'profile', null, null, true, true),
        ('price', null, 'window', '2020-01-06 00:00+00', '2020-01-13 00:00+00', true, true) $$,
    'each model has a row that names it'
);
select results_eq(
    $$ select machine_id from perf.get_drift_references(
           'demand', 'a0000000-0000-4000-8000-000000000000'
       ) $$,
    $$ values ('a0000000-0000-4000-8000-000000000000'::uuid) $$,
    'of one model on one machine'
);
select is_empty(
    $$ select perf.get_drift_references('nothing') $$, 'a model without reference has none'
);

set local role perf_analyst;
select isnt_empty($$ select perf.get_drift_references() $$, 'perf_analyst may ask');
set local role authenticated;
select throws_ok(
    $$ select perf.get_drift_references() $$,
    '42501',
    'this needs the role analyst',
    'a caller without a token may not'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.get_drift_references() $$, '42501', null, 'nor may perf_recorder'
);

select * from finish();
rollback;
