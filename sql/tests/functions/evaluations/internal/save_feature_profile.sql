begin;
select plan(3);

create temporary table known as select perf_internal.add_trained_model('energy', null);
select lives_ok(
    $$ select perf_internal.save_feature_profile('energy', null, 'load', '{1}', null, 'reference') $$,
    'does what perf.save_feature_profile() asks for'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.save_feature_profile('energy', null, 'load', '{1}', null, 'reference') $$,
    '42501',
    null,
    'an analyst may not'
);
reset role;
grant execute on function perf_internal.save_feature_profile to perf_analyst;
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.save_feature_profile('energy', null, 'load', '{1}', null, 'reference') $$,
    '42501',
    'this needs the role recorder',
    'also where somebody granted it: it asks itself'
);

select * from finish();
rollback;
