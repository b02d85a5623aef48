begin;
select plan(22);

create function pg_temp.record(batches jsonb)
returns bigint
language sql
as $$
    select perf_internal.record_features(
        array(
            select row(
                b.model_type, b.machine_id, b.feature,
                case when b.given is not null then array(
                    select nullif(v.value, 'null')::float8
                    from jsonb_array_elements(b.given) as v
                ) end,
                b.categories, b.observed_at, b.batch_id
            )::perf_internal.feature_batch
            from jsonb_to_recordset(record.batches) as b (
                model_type text, machine_id uuid, feature text, given jsonb, categories jsonb,
                observed_at timestamptz, batch_id uuid
            )
        ),
        is_batch => true
    )
$$;

create function pg_temp.get_rows()
returns table (
    model_type text, feature text, kind text, category text, hour integer, count bigint, sum float8
)
language sql
as $$
    select m.model_type, f.feature, f.kind, f.category,
        extract(hour from r.created_at at time zone 'UTC')::integer, r.count, r.sum
    from perf_internal.feature_summaries as r
    join perf_internal.feature_series as f on f.id = r.series_id
    join perf_internal.trained_models as m on m.id = f.trained_model_id
    order by 1, 2, 3, 4, 5, 6
$$;

select is(
    pg_temp.record(
        '[{"model_type": " energy ", "feature": " load ", "given": [1, null, 3],
           "observed_at": "2020-01-06 10:00+00"},
          {"model_type": "energy", "feature": "site", "categories": ["north", "south", "north"],
           "observed_at": "2020-01-06 11:00+00"}]'
    ),
    2::bigint,
    'records batches, and says how many'
);
select results_eq(
    'select * from pg_temp.get_rows()',
    $$ values
        ('energy', 'load', 'missing', null, 10, 1::bigint, 1::float8),
        ('energy', 'load', 'number', null, 10, 2, 4),
        ('energy', 'site', 'category', 'north', 11, 2, 2),
        ('energy', 'site', 'category', 'south', 11, 1, 1) $$,
    'a row of numbers, of missing values and of each category; names lose the spaces around them'
);
select is(
    (select count(*) from perf_internal.feature_series as f where f.kind = 'missing'),
    2::bigint,
    'every feature has a series of missing values'
);
select is(
    pg_temp.record(
        '[{"model_type": "energy", "feature": "load", "given": [5], "observed_at": "2020-01-06 12:00+00"}]'
    ),
    1::bigint,
    'a second batch of what is known is recorded'
);
select is((select count(*) from perf_internal.feature_series), 5::bigint, 'and adds no series');
select is(pg_temp.record('[]'), 0::bigint, 'no batches are none');
select is(
    pg_temp.record('[{"model_type": "energy", "feature": "load", "given": []}]'),
    0::bigint,
    'nor is one without a value'
);

-- A batch_id.
select is(
    pg_temp.record(
        '[{"model_type": "energy", "feature": "load", "given": [7, null],
           "observed_at": "2020-01-06 13:00+00", "batch_id": "a0000000-0000-4000-8000-000000000000"},
          {"model_type": "energy", "feature": "load", "given": [8],
           "observed_at": "2020-01-06 13:00+00", "batch_id": "a0000000-0000-4000-8000-000000000000"},
          {"model_type": "energy", "feature": "site", "categories": ["east"],
           "observed_at": "2020-01-06 13:00+00", "batch_id": "a0000000-0000-4000-8000-000000000000"}]'
    ),
    2::bigint,
    'of a batch_id that comes twice for a feature the first counts; another feature may have it too'
);
select results_eq(
    $$ select feature, kind, count, sum from pg_temp.get_rows() where hour = 13 $$,
    $$ values
        ('load', 'missing', 1::bigint, 1::float8), ('load', 'number', 1, 7), ('site', 'category', 1, 1)
    $$,
    'its rows are those of the first'
);
select is(
    pg_temp.record(
        '[{"model_type": "energy", "feature": "load", "given": [7, null],
           "observed_at": "2020-01-06 13:00+00", "batch_id": "a0000000-0000-4000-8000-000000000000"}]'
    ),
    0::bigint,
    'a retry records nothing'
);
select is(
    pg_temp.record(
        '[{"model_type": "energy", "feature": "load", "given": [9],
           "batch_id": "016f7a41-3600-7cc3-98c4-dc0c0c07398f"}]'
    ),
    1::bigint,
    'a version 7 batch_id needs no time'
);
select is(
    (
        select r.created_at from perf_internal.feature_summaries as r
        where r.id = '016f7a41-3600-7cc3-98c4-dc0c0c07398f'
    ),
    timestamptz '2020-01-06 09:48:11.648+00',
    'it is the time in it'
);
select is(
    pg_temp.record('[{"model_type": "energy", "feature": "load", "given": [9]}]'),
    1::bigint,
    'without either it is recorded'
);
select is(
    (select count(*) from perf_internal.feature_summaries as r where r.created_at = now()),
    1::bigint,
    'at the present time'
);

-- Numbers or categories.
select throws_ok(
    $$ select pg_temp.record(
           '[{"model_type": "energy", "feature": "load", "given": [1]},
             {"model_type": "energy", "feature": "site", "given": [1]}]'
       ) $$,
    'PT409',
    'batches[1]: feature "site" has categories, got numbers',
    'refuses numbers of a feature that has categories'
);
select throws_ok(
    $$ select pg_temp.record('[{"model_type": "energy", "feature": "load", "categories": ["a"]}]') $$,
    'PT409',
    'batches[0]: feature "load" has numbers, got categories',
    'and the reverse'
);
select throws_ok(
    $$ select pg_temp.record(
           '[{"model_type": "energy", "feature": "new", "given": [1]},
             {"model_type": "energy", "feature": "new", "categories": ["a"]}]'
       ) $$,
    'PT409',
    'batches[1]: feature "new" has numbers, got categories',
    'also of a new feature in one call'
);
select is(
    pg_temp.record(
        '[{"model_type": "energy", "feature": "load", "categories": [null]},
          {"model_type": "other", "feature": "load", "categories": ["a"]}]'
    ),
    2::bigint,
    'missing values are of both kinds, and another trained model has other features'
);

-- A thousand categories.
select is(
    pg_temp.record(
        jsonb_build_array(
            jsonb_build_object(
                'model_type', 'wide', 'feature', 'city', 'observed_at', '2020-01-06 14:00+00',
                'categories', (
                    select jsonb_object_agg('c' || i, i + 1) from generate_series(1, 1002) as i
                )
            )
        )
    ),
    1::bigint,
    'records more than 1,000 categories'
);
select results_eq(
    $$ select count(*), min(g.count) filter (where g.category not like '(other %'),
           sum(g.count) filter (where g.category like '(other %')
       from pg_temp.get_rows() as g
       where g.model_type = 'wide' $$,
    'values (1002::bigint, 4::bigint, 5::numeric)',
    'the most common have a series, and the rest are in cells'
);
select is(
    pg_temp.record(
        '[{"model_type": "wide", "feature": "city", "categories": ["new", "c1", "c1002", "(other)"],
           "observed_at": "2020-01-06 15:00+00"}]'
    ),
    1::bigint,
    'later ones'
);
select results_eq(
    $$ select category, count from pg_temp.get_rows() where model_type = 'wide' and hour = 15 $$,
    $$ values ('(other 17)', 1::bigint), ('(other 208)', 1), ('(other 254)', 1), ('c1002', 1) $$,
    'count in the cells of their names, also one that is named (other)'
);

select * from finish();
rollback;
