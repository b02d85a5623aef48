begin;
select plan(10);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('d0000000-0000-4000-8000-000000000000', 'dan');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst');
insert into perf_internal.trained_models (id, model_type, machine_id) values
    ('10000000-0000-4000-8000-000000000000', 'energy', null),
    ('20000000-0000-4000-8000-000000000000', 'energy', 'e0000000-0000-4000-8000-000000000000'),
    ('30000000-0000-4000-8000-000000000000', 'anomaly', 'e0000000-0000-4000-8000-000000000000');

select is(
    perf_internal.get_trained_model('energy', null),
    '10000000-0000-4000-8000-000000000000'::uuid,
    'finds a type of model on no machine'
);
select is(
    perf_internal.get_trained_model('energy', 'e0000000-0000-4000-8000-000000000000'),
    '20000000-0000-4000-8000-000000000000'::uuid,
    'or on one'
);
select is(
    perf_internal.get_trained_model(' anomaly ', 'e0000000-0000-4000-8000-000000000000'),
    '30000000-0000-4000-8000-000000000000'::uuid,
    'without the spaces around its name'
);
select is(perf_internal.get_trained_model('anomaly', null), null, 'there is none on no machine');
select is(
    perf_internal.get_trained_model('energy', 'f0000000-0000-4000-8000-000000000000'),
    null,
    'nor on another machine'
);
select is(perf_internal.get_trained_model('Energy', null), null, 'names keep their case');
select is(perf_internal.get_trained_model(null, null), null, 'null is no name');

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    perf_internal.get_trained_model('energy', null),
    '10000000-0000-4000-8000-000000000000'::uuid,
    'an analyst by token finds it'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(perf_internal.get_trained_model('energy', null), null, 'a stranger finds none');

set local role anon;
select throws_ok(
    $$ select perf_internal.get_trained_model('energy', null) $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
