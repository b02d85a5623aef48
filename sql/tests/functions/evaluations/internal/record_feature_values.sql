begin;
select plan(3);

create temporary table known as select perf_internal.add_trained_model('energy', null);
select lives_ok(
    $$ select perf_internal.record_feature_values('energy', null, 'load', '{1}', null, '2020-01-06 10:00+00', null) $$,
    'does what perf.record_feature_values() asks for'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.record_feature_values('energy', null, 'load', '{1}', null, '2020-01-06 10:00+00', null) $$,
    '42501',
    null,
    'an analyst may not'
);
reset role;
grant execute on function perf_internal.record_feature_values to perf_analyst;
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.record_feature_values('energy', null, 'load', '{1}', null, '2020-01-06 10:00+00', null) $$,
    '42501',
    'this needs the role recorder',
    'also where somebody granted it: it asks itself'
);

select * from finish();
rollback;
