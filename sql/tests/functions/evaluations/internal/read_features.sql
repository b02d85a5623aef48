begin;
select plan(12);

create temporary table recorded as
select perf.record_feature_batches(
    '[{"model_type": "energy", "feature": "load", "values": [1, 3, null], "observed_at": "2020-01-06T10:00:00Z"},
      {"model_type": "energy", "feature": "load", "values": [-8, 0], "observed_at": "2020-01-06T11:59:00Z"},
      {"model_type": "energy", "feature": "load", "values": [100], "observed_at": "2020-01-06T12:00:00Z"},
      {"model_type": "energy", "feature": "site", "categories": ["north", "south", "north"],
       "observed_at": "2020-01-06T10:00:00Z"},
      {"model_type": "energy", "feature": "site", "categories": ["north"],
       "observed_at": "2020-01-06T11:00:00Z"},
      {"model_type": "energy", "feature": "flag", "values": [0, 0], "observed_at": "2020-01-06T11:00:00Z"},
      {"model_type": "other", "feature": "load", "values": [7], "observed_at": "2020-01-06T10:00:00Z"}]'
);

create function pg_temp.read(
    start_time timestamptz default '2020-01-06 10:00+00',
    end_time timestamptz default '2020-01-06 12:00+00',
    feature text default null
)
returns table (
    feature text, kind text, category text, value_count bigint, value_sum float8, m2 numeric,
    minimum float8, maximum float8, sketch numeric
)
language sql
as $$
    select f.feature, f.kind, f.category, f.value_count, f.value_sum, round(f.m2::numeric, 9),
        f.minimum, f.maximum, f.sketch
    from perf_internal.read_features(
        perf_internal.get_trained_model('energy', null), read.start_time, read.end_time, read.feature
    ) as f
    order by 1, 2, 3
$$;

-- The mean of 1, 3, -8, 0 is -1, and 4 + 16 + 49 + 1 = 70.
create temporary table expected as
select *
from (
    values
        ('flag', 'number', null, 2::bigint, 0::float8, 0.0, 0::float8, 0::float8, null::numeric),
        ('load', 'missing', null, 1, 1, 0, 1, 1, perf_internal.make_sketch('{0}')),
        ('load', 'number', null, 4, -4, 70, -8, 3, perf_internal.make_sketch('{0,111,-200209}')),
        ('site', 'category', 'north', 3, 3, 0, 1, 1, perf_internal.make_sketch('{0,0,0}')),
        ('site', 'category', 'south', 1, 1, 0, 1, 1, perf_internal.make_sketch('{0}'))
) as e;

select results_eq(
    'select * from pg_temp.read()', 'select * from expected', 'reads what no run has read yet'
);
select results_eq(
    $$ select kind, value_count from pg_temp.read(feature => 'load') $$,
    $$ values ('missing', 1::bigint), ('number', 4) $$,
    'or one feature'
);
select is_empty($$ select * from pg_temp.read(feature => 'none') $$, 'an unknown one has no row');

-- As if another transaction had recorded the rows.
update perf_internal.feature_summaries set transaction_id = 5;
select is(perf_internal.roll_up('features'), 9::bigint, 'a run adds every row');
select results_eq(
    'select * from pg_temp.read()', 'select * from expected', 'and then reads the same'
);
create temporary table late as
select perf.record_feature_values('energy', null, 'load', '{-16}', observed_at => '2020-01-06 10:30+00');
select results_eq(
    $$ select value_count, value_sum, minimum, sketch from pg_temp.read() where kind = 'number' and feature = 'load' $$,
    $$ values (5::bigint, -20::float8, -16::float8, perf_internal.make_sketch('{0,111,-200209,-200279}')) $$,
    'together with a late batch'
);
select results_eq(
    $$ select feature, value_sum from pg_temp.read('2020-01-06 11:30+00', '2020-01-06 12:01+00') $$,
    $$ values ('load', 100::float8) $$,
    'of the hours that start in the range'
);
select is_empty(
    $$ select * from pg_temp.read('2020-01-07 00:00+00', '2020-01-08 00:00+00') $$,
    'without values there is no row'
);
select is_empty(
    $$ select * from perf_internal.read_features(null, '2020-01-06', '2020-01-07') $$,
    'nor without a trained model'
);

set local role perf_analyst;
select is(
    (select count(*) from pg_temp.read() where feature = 'load'), 2::bigint, 'perf_analyst reads features'
);
set local role authenticated;
select is_empty('select * from pg_temp.read()', 'authenticated without a token reads none');
set local role perf_recorder;
select throws_ok(
    $$ select * from perf_internal.read_features(null, '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_recorder may not'
);

select * from finish();
rollback;
