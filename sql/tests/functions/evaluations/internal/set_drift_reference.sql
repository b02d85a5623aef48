begin;
select plan(3);

create temporary table known as select perf_internal.add_trained_model('energy', null);
select lives_ok(
    $$ select perf_internal.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-07 00:00+00') $$,
    'does what perf.set_drift_reference() asks for'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-07 00:00+00') $$,
    '42501',
    null,
    'an analyst may not'
);
reset role;
grant execute on function perf_internal.set_drift_reference to perf_analyst;
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-07 00:00+00') $$,
    '42501',
    'this needs the role admin',
    'also where somebody granted it: it asks itself'
);

select * from finish();
rollback;
