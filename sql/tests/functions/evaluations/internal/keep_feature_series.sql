begin;
select plan(6);

insert into perf_internal.trained_models (id, model_type) values
    ('10000000-0000-4000-8000-000000000000', 'energy');
insert into perf_internal.feature_series (trained_model_id, feature, kind) values
    ('10000000-0000-4000-8000-000000000000', 'load', 'missing');

select throws_ok(
    'delete from perf_internal.feature_series',
    '23001',
    'feature_series rows are kept for ever: batches of features refer to them',
    'refuses to delete a series'
);
select throws_ok(
    'truncate perf_internal.feature_series',
    '23001',
    'feature_series rows are kept for ever: batches of features refer to them',
    'refuses to truncate'
);
select throws_ok(
    $$ update perf_internal.feature_series set id = '30000000-0000-4000-8000-000000000000' $$,
    '23001',
    'feature_series rows are kept for ever: batches of features refer to them',
    'refuses another id'
);
select throws_ok(
    'delete from perf_internal.feature_series where false',
    '23001',
    null,
    'also where no row is meant'
);
select lives_ok(
    $$ update perf_internal.feature_series set feature = 'power' $$, 'a label may change'
);
select is(
    (select count(*) from perf_internal.feature_series), 1::bigint, 'the series is still there'
);

select * from finish();
rollback;
