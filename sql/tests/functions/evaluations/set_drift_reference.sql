begin;
select plan(17);

set local datestyle = 'ISO';
set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo'),
    ('d0000000-0000-4000-8000-000000000000', 'dora');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder'),
    ('d0000000-0000-4000-8000-000000000000', 'admin');
create temporary table known as
select perf_internal.add_trained_model('energy', null) as id;

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select ok(
    perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00'),
    'an admin sets the reference'
);
select is(
    perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00'),
    false,
    'setting it again changes nothing'
);
reset role;
select results_eq(
    'select d.trained_model_id, d.kind, d.start_time, d.end_time, d.set_at, d.set_by
     from perf.drift_references as d',
    $$ select id, 'window', timestamptz '2020-01-06 00:00+00', timestamptz '2020-01-13 00:00+00',
           now(), 'dora'
       from known $$,
    'it is known who set it'
);
select ok(
    perf.set_drift_reference(' energy ', null, '2020-01-06 00:00+00', '2020-01-14 00:00+00'),
    'another range takes its place'
);
select perf.save_feature_profile('energy', null, 'load', '{1}');
select ok(
    perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-14 00:00+00'),
    'and that of a profile'
);
select results_eq(
    'select d.kind, d.end_time from perf.drift_references as d',
    $$ values ('window', timestamptz '2020-01-14 00:00+00') $$,
    'a trained model has one reference'
);

do $$
begin
    perform perf.record_call('x/wan', 'chat', 5);
    update perf.models set model_type = 'wan' where name = 'x/wan';
end
$$;
select ok(
    perf.set_drift_reference(' wan ', null, '2020-01-06 00:00+00', '2020-01-14 00:00+00'),
    'a model type that only calls or jobs have becomes a trained model'
);

select throws_ok(
    $$ select perf.set_drift_reference(
           'other', 'e0000000-0000-4000-8000-000000000000', '2020-01-06 00:00+00', '2020-01-13 00:00+00'
       ) $$,
    'PT404',
    'there is no trained model "other" with machine_id e0000000-0000-4000-8000-000000000000',
    'refuses an unknown trained model'
);
select throws_ok(
    $$ select perf.set_drift_reference(null, null, '2020-01-06 00:00+00', '2020-01-13 00:00+00') $$,
    'PT404',
    'there is no trained model null with machine_id null',
    'refuses null'
);
select throws_ok(
    $$ select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-06 00:00+00') $$,
    '22023',
    'end_time must be after start_time, got 2020-01-06 00:00:00+00 and 2020-01-06 00:00:00+00',
    'refuses an empty range'
);
select throws_ok(
    $$ select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', 'infinity') $$,
    '22023',
    'start_time and end_time must be points in time, got 2020-01-06 00:00:00+00 and infinity',
    'refuses a range without an end'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00') $$,
    '42501',
    'this needs the role admin',
    'an analyst may not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00') $$,
    '42501',
    'this needs the role admin',
    'nor may a recorder'
);
set local role perf_admin;
select ok(
    perf.set_drift_reference('energy', null, '2020-02-06 00:00+00', '2020-02-13 00:00+00'),
    'perf_admin may'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00') $$,
    '42501',
    null,
    'perf_recorder may not'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00') $$,
    '42501',
    null,
    'perf_analyst may not'
);
set local role anon;
select throws_ok(
    $$ select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00') $$,
    '42501',
    null,
    'nor may anon'
);

select * from finish();
rollback;
