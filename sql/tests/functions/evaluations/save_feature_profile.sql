begin;
select plan(19);

create function pg_temp.get_profile()
returns table (feature text, kind text, category text, count bigint, sum float8)
language sql
as $$
    select p.feature, p.kind, p.category, p.count, p.sum
    from perf_internal.feature_profiles as p
    order by 1, 2, 3
$$;

select is(
    perf.save_feature_profile('energy', null, ' load ', array[1, null, -4]::float8[]),
    3::bigint,
    'saves what numbers should look like, and says how many they were'
);
select is(
    perf.save_feature_profile('energy', null, 'site', categories => '["north", "south", "north", null]'),
    4::bigint,
    'and what categories should'
);
select results_eq(
    'select * from pg_temp.get_profile()',
    $$ values
        ('load', 'missing', null, 1::bigint, 1::float8),
        ('load', 'number', null, 2, -3),
        ('site', 'category', 'north', 2, 2),
        ('site', 'category', 'south', 1, 1),
        ('site', 'missing', null, 1, 1) $$,
    'a row of numbers, of missing values and of each category'
);
select results_eq(
    'select d.kind, d.start_time, d.end_time, d.set_by = current_user from perf.drift_references as d',
    $$ values ('profile', null::timestamptz, null::timestamptz, true) $$,
    'the profile is the reference of the trained model, which was new'
);
select is(
    perf.save_feature_profile('energy', null, 'site', categories => '{"east": 5}'),
    5::bigint,
    'a second profile of a feature'
);
select results_eq(
    $$ select category, count from pg_temp.get_profile() where feature = 'site' $$,
    $$ values ('east', 5::bigint) $$,
    'takes the place of the first'
);
select is(
    perf.save_feature_profile('energy', null, 'load', '{}'), 0::bigint, 'one without values empties it'
);
select results_eq(
    'select distinct feature from pg_temp.get_profile()', $$ values ('site') $$, 'for good'
);
select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00');
select perf.save_feature_profile('energy', null, 'load', '{1}');
select results_eq(
    'select d.kind, d.start_time, d.end_time from perf.drift_references as d',
    $$ values ('profile', null::timestamptz, null::timestamptz) $$,
    'a profile takes the place of a time range'
);
select perf.save_feature_profile(
    'wide', null, 'city',
    categories => (select jsonb_object_agg('c' || i, i + 1) from generate_series(1, 1002) as i)
);
select results_eq(
    $$ select count(*), min(count) filter (where category not like '(other %'),
           sum(count) filter (where category like '(other %')
       from pg_temp.get_profile()
       where feature = 'city' $$,
    'values (1002::bigint, 4::bigint, 5::numeric)',
    'of more than 1,000 categories the rarest are in cells'
);

select throws_ok(
    $$ select perf.save_feature_profile('energy', null, 'load', '{1}', kind => 'current') $$,
    '22023',
    'kind must be reference, got "current"',
    'refuses another kind'
);
select throws_ok(
    $$ select perf.save_feature_profile('energy', null, 'load', '{Infinity}') $$,
    '22023',
    'values[1] must be 0 or of a size from 1e-100 to 1e15, got Infinity',
    'refuses a bad value'
);
create temporary table recorded as
select perf.record_feature_values('energy', null, 'hour', '{1}');
select throws_ok(
    $$ select perf.save_feature_profile('energy', null, 'hour', categories => '["1"]') $$,
    'PT409',
    'feature "hour" has numbers, got categories',
    'refuses categories of a feature that was recorded with numbers'
);

set local role perf_recorder;
select is(perf.save_feature_profile('energy', null, 'load', '{1}'), 1::bigint, 'perf_recorder may');
reset role;
select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-13 00:00+00');
set local role perf_recorder;
select throws_ok(
    $$ select perf.save_feature_profile('energy', null, 'load', '{1}') $$,
    'PT409',
    'the reference of "energy" is a time range, which only an admin may replace',
    'but may not replace a time range'
);
set local role perf_admin;
select is(perf.save_feature_profile('energy', null, 'load', '{1}'), 1::bigint, 'an admin may');
set local role perf_analyst;
select throws_ok(
    $$ select perf.save_feature_profile('energy', null, 'load', '{1}') $$,
    '42501',
    null,
    'perf_analyst may not'
);
set local role authenticated;
select throws_ok(
    $$ select perf.save_feature_profile('energy', null, 'load', '{1}') $$,
    '42501',
    'this needs the role recorder',
    'nor may a caller without a token'
);
set local role anon;
select throws_ok(
    $$ select perf.save_feature_profile('energy', null, 'load', '{1}') $$, '42501', null, 'nor may anon'
);

select * from finish();
rollback;
