begin;
select plan(17);

set local datestyle = 'ISO';
set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

select ok(
    perf.record_feature_values(
        'energy', 'e0000000-0000-4000-8000-000000000000', 'load', '{1,-2,0,4}',
        observed_at => '2020-01-06 10:59:59.999+00'
    ),
    'records numbers'
);
-- Their mean is 3/4, and 1/16 + 121/16 + 9/16 + 169/16 = 300/16.
select results_eq(
    $$ select f.feature, f.kind, f.value_count, f.value_sum, f.m2, f.minimum, f.maximum, f.sketch
       from perf_internal.read_features(
           perf_internal.get_trained_model('energy', 'e0000000-0000-4000-8000-000000000000'),
           '2020-01-06 10:00+00', '2020-01-06 11:00+00'
       ) as f $$,
    $$ values (
        'load', 'number', 4::bigint, 3::float8, 18.75::float8, -2::float8, 4::float8,
        perf_internal.make_sketch('{0,-200070,140}')
    ) $$,
    'which can be read at once'
);
select ok(
    perf.record_feature_values(
        'energy', null, 'site', categories => '{"north": 3, "south": 0}',
        observed_at => '2020-01-06 10:00+00',
        batch_id => 'f0000000-0000-4000-8000-000000000000'
    ),
    'records categories'
);
select is(
    perf.record_feature_values(
        'energy', null, 'site', categories => '{"north": 3}',
        observed_at => '2020-01-06 10:00+00',
        batch_id => 'f0000000-0000-4000-8000-000000000000'
    ),
    false,
    'a retry is not new'
);
select is(
    perf.record_feature_values('energy', null, 'site', categories => '[]'),
    false,
    'nor is nothing'
);

select throws_ok(
    $$ select perf.record_feature_values('energy', null, 'load', '{1,2,NaN}') $$,
    '22023',
    'values[3] must be 0 or of a size from 1e-100 to 1e15, got NaN',
    'refuses NaN, and names its position'
);
select throws_ok(
    $$ select perf.record_feature_values('energy', null, 'site', categories => '["a", 5]') $$,
    '22023',
    'categories[1] must be a string, true, false or null, got "5": give numbers that are names as strings',
    'refuses what is no category'
);
select throws_ok(
    $$ select perf.record_feature_values('energy', null, 'site', '{1}') $$,
    'PT409',
    'feature "site" has categories, got numbers',
    'refuses numbers of a feature that has categories'
);
select throws_ok(
    $$ select perf.record_feature_values(
           'energy', null, 'load', '{1}', observed_at => '1969-12-31 00:00+00'
       ) $$,
    '22023',
    'observed_at must be between 1970 and tomorrow, got 1969-12-31 00:00:00+00',
    'refuses an impossible time'
);
-- The trigger checks rows that the owner inserts after that.
select throws_ok(
    $$ insert into perf_internal.feature_summaries (series_id, created_at, count, sum, m2, min, max)
       values ('f0000000-0000-4000-8000-000000000000', '2020-01-06', 1, 0, 0, 0, 0) $$,
    '23503',
    'series_id f0000000-0000-4000-8000-000000000000 does not exist',
    'direct writes are checked again'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select ok(
    perf.record_feature_values('energy', null, 'hour', '{1}'), 'a recorder by token may record'
);
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select ok(perf.record_feature_values('energy', null, 'hour', '{1}'), 'an admin too');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.record_feature_values('energy', null, 'hour', '{1}') $$,
    '42501',
    'this needs the role recorder',
    'an analyst may not'
);
set local request.jwt.claims = '';
select throws_ok(
    $$ select perf.record_feature_values('energy', null, 'hour', '{1}') $$,
    '42501',
    'this needs the role recorder',
    'nor may a caller without a token'
);
set local role perf_recorder;
select ok(perf.record_feature_values('energy', null, 'hour', '{1}'), 'perf_recorder may');
set local role perf_analyst;
select throws_ok(
    $$ select perf.record_feature_values('energy', null, 'hour', '{1}') $$,
    '42501',
    null,
    'perf_analyst may not'
);
set local role anon;
select throws_ok(
    $$ select perf.record_feature_values('energy', null, 'hour', '{1}') $$,
    '42501',
    null,
    'nor may anon'
);

select * from finish();
rollback;
