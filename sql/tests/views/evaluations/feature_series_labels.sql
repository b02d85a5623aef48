begin;
select plan(12);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

insert into perf_internal.trained_models (id, model_type, machine_id) values
    (
        '10000000-0000-4000-8000-000000000000',
        'energy',
        'e0000000-0000-4000-8000-000000000000'
    );
insert into perf_internal.feature_series (id, trained_model_id, feature, kind, category) values
    (
        '20000000-0000-4000-8000-000000000000',
        '10000000-0000-4000-8000-000000000000',
        'load',
        'missing',
        null
    ),
    (
        '30000000-0000-4000-8000-000000000000',
        '10000000-0000-4000-8000-000000000000',
        'load',
        'number',
        null
    ),
    (
        '40000000-0000-4000-8000-000000000000',
        '10000000-0000-4000-8000-000000000000',
        'site',
        'category',
        'north'
    );

select results_eq(
    'select s.series_id, s.labels from perf_internal.feature_series_labels as s order by 1',
    $$ values
        (
            '20000000-0000-4000-8000-000000000000'::uuid,
            '{"model_type": "energy", "machine_id": "e0000000-0000-4000-8000-000000000000",
              "feature": "load", "kind": "missing", "category": null}'::jsonb
        ),
        (
            '30000000-0000-4000-8000-000000000000',
            '{"model_type": "energy", "machine_id": "e0000000-0000-4000-8000-000000000000",
              "feature": "load", "kind": "number", "category": null}'
        ),
        (
            '40000000-0000-4000-8000-000000000000',
            '{"model_type": "energy", "machine_id": "e0000000-0000-4000-8000-000000000000",
              "feature": "site", "kind": "category", "category": "north"}'
        ) $$,
    'one row the numbers, the missing values and each category of a feature'
);

select is(
    (
        select count(*) from perf_internal.feature_series_labels as s
        where s.labels @> '{"feature": "load"}'
    ),
    2::bigint,
    'labels can be asked for with @>'
);

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.feature_series_labels),
    3::bigint,
    'an admin by token reads the series'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.feature_series_labels),
    3::bigint,
    'an analyst by token reads the series'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.feature_series_labels),
    0::bigint,
    'a recorder by token reads nothing back'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.feature_series_labels),
    0::bigint,
    'a stranger with a token reads nothing'
);
set local request.jwt.claims = '';
select is(
    (select count(*) from perf_internal.feature_series_labels),
    0::bigint,
    'authenticated without a token reads nothing'
);

set local role perf_admin;
select is(
    (select count(*) from perf_internal.feature_series_labels),
    3::bigint,
    'perf_admin reads the series'
);
set local role perf_analyst;
select is(
    (select count(*) from perf_internal.feature_series_labels),
    3::bigint,
    'perf_analyst reads the series'
);
set local role service_role;
select is(
    (select count(*) from perf_internal.feature_series_labels),
    3::bigint,
    'service_role reads the series'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.feature_series_labels', '42501', null, 'perf_recorder reads nothing'
);
set local role anon;
select throws_ok(
    'select * from perf_internal.feature_series_labels', '42501', null, 'anon reads nothing'
);

select * from finish();
rollback;
