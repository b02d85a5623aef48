begin;
select plan(6);

create temporary table recorded as
select perf.record_feature_batches(
    '[{"model_type": "energy", "feature": "load", "values": [1, 3], "observed_at": "2020-01-06T10:00:00Z"},
      {"model_type": "energy", "feature": "load", "values": [5], "observed_at": "2020-01-07T10:00:00Z"}]'
);

create function pg_temp.read()
returns table (feature text, kind text, category text, value_count bigint, value_sum float8)
language sql
as $$
    select r.feature, r.kind, r.category, r.value_count, r.value_sum
    from perf_internal.read_reference(perf_internal.get_trained_model('energy', null)) as r
    order by 1, 2, 3
$$;

select is_empty('select * from pg_temp.read()', 'without a reference there is no row');
select perf.set_drift_reference('energy', null, '2020-01-06 00:00+00', '2020-01-07 00:00+00');
select results_eq(
    'select * from pg_temp.read()',
    $$ values ('load', 'number', null, 2::bigint, 4::float8) $$,
    'a window is the features of its time range'
);
select perf.save_feature_profile('energy', null, 'site', categories => '{"north": 3, "south": 2}');
select perf.save_feature_profile('energy', null, 'load', array[-7, 1, null, 0]::float8[]);
select results_eq(
    'select * from pg_temp.read()',
    $$ values
        ('load', 'missing', null, 1::bigint, 1::float8),
        ('load', 'number', null, 3, -6),
        ('site', 'category', 'north', 3, 3),
        ('site', 'category', 'south', 2, 2) $$,
    'profiles take its place'
);
-- The mean of -7, 1, 0 is -2, and 25 + 9 + 4 = 38.
select results_eq(
    $$ select r.m2, r.minimum, r.maximum, r.sketch
       from perf_internal.read_reference(perf_internal.get_trained_model('energy', null)) as r
       where r.kind = 'number' $$,
    $$ values (38::float8, -7::float8, 1::float8, perf_internal.make_sketch('{-200196,0}')) $$,
    'with all parts of a rollup'
);
select is_empty(
    'select * from perf_internal.read_reference(null)', 'nothing is known of no trained model'
);
set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.read_reference(null)', '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
