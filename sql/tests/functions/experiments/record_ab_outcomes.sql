begin;
select plan(23);

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
insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);

-- An element of a batch; $1 is added to it.
create function pg_temp.element(added jsonb)
returns jsonb
language sql
as $$
    select '{"test_id": "e0000000-0000-4000-8000-000000000000", "unit_key": "u1",
             "outcomes": {"success": true}, "observed_at": "2020-01-06T10:00:00Z"}' || added
$$;

select is(
    perf.record_ab_outcomes(
        jsonb_build_array(
            pg_temp.element('{}'),
            pg_temp.element('{"outcomes": {"success": false}}'),
            pg_temp.element('{"unit_key": "u2", "outcome_id": "c1"}'),
            pg_temp.element('{"unit_key": "u2", "outcome_id": "c2", "outcomes": {"success": 0.5}}'),
            pg_temp.element('{"unit_key": "u2", "outcome_id": "c1", "outcomes": {"success": 9}}'),
            pg_temp.element('{"unit_key": "u2", "outcome_id": "c3", "outcomes": {"success": null}}')
        )
    ),
    3::bigint,
    'of a unit without ids, and of an id, the first element of a batch counts; null does not'
);
select results_eq(
    $$ select s.variant, o.value, o.earlier_count, o.earlier_sum, o.created_at
       from perf.ab_outcomes as o
       join perf_internal.ab_series as s on s.id = o.series_id
       order by 1, 3 $$,
    $$ values
        ('a', 1::float8, 0, 0::float8, timestamptz '2020-01-06 10:00+00'),
        ('b', 1, 0, 0, '2020-01-06 10:00+00'),
        ('b', 0.5, 1, 1, '2020-01-06 10:00+00') $$,
    'outcomes of one unit in one batch know those before them'
);
select is(
    perf.record_ab_outcomes(
        jsonb_build_object(
            'outcomes',
            jsonb_build_array(
                pg_temp.element('{}'),
                pg_temp.element('{"unit_key": "u2", "outcome_id": "c1"}'),
                pg_temp.element('{"unit_key": "u2", "outcome_id": "c4"}')
            )
        )
    ),
    1::bigint,
    'takes an object with the array; what was there before is not new'
);
select is(
    (select o.earlier_sum from perf.ab_outcomes as o order by o.id desc limit 1),
    1.5::float8,
    'a new one knows those of earlier batches'
);
select is(
    perf.record_ab_outcomes(
        jsonb_build_array(
            pg_temp.element('{"unit_key": "u3"}'),
            pg_temp.element('{"unit_key": "u3", "outcome_id": "c5"}')
        )
    ),
    1::bigint,
    'without an id nothing counts beside those with one, also in a batch'
);
select is(perf.record_ab_outcomes('[]'), 0::bigint, 'an empty batch records nothing');
select throws_ok(
    'select perf.record_ab_outcomes(null)',
    '22023',
    'outcomes must be a JSON array, got null',
    'null is no batch'
);
select throws_ok(
    $$ select perf.record_ab_outcomes(pg_temp.element('{}')) $$,
    '22023',
    null,
    'nor is an element alone'
);
select throws_ok(
    $$ select perf.record_ab_outcomes(
           jsonb_build_array(pg_temp.element('{"unit_key": "n"}'), pg_temp.element('{"x": 1}'))
       ) $$,
    '22023',
    'outcomes[1]: has an unknown key "x"'
        || '; known keys: test_id, unit_key, outcomes, outcome_id, observed_at',
    'the first bad element is named'
);
select throws_ok(
    $$ select perf.record_ab_outcomes(
           jsonb_build_array(
               pg_temp.element('{"unit_key": "n"}'), pg_temp.element('{"outcomes": {"speed": 1}}')
           )
       ) $$,
    '22023',
    'outcomes[1]: the A/B test "one" records no metric "speed"',
    'also for an unknown metric'
);
select throws_ok(
    $$ select perf.record_ab_outcomes(
           jsonb_build_array(
               pg_temp.element('{"unit_key": "n"}'),
               pg_temp.element('{"test_id": "d0000000-0000-4000-8000-000000000000"}')
           )
       ) $$,
    'PT404',
    'outcomes[1]: there is no A/B test d0000000-0000-4000-8000-000000000000',
    'an unknown test'
);
select throws_ok(
    $$ select perf.record_ab_outcomes(
           jsonb_build_array(
               pg_temp.element('{"unit_key": "n"}'), pg_temp.element('{"unit_key": ""}')
           )
       ) $$,
    '22023',
    'outcomes[1]: unit_key must have 1 to 200 characters, got ""',
    'and a bad unit_key'
);
select is_empty(
    $$ select from perf_internal.ab_units as u where u.unit_key = 'n' $$,
    'of a bad batch nothing is kept'
);
set local timezone = 'Asia/Kolkata';
create temporary table recorded_without_offset as
select perf.record_ab_outcomes(
    jsonb_build_array(pg_temp.element('{"unit_key": "noon", "observed_at": "2020-01-06T12:00:00"}'))
);
set local timezone = 'UTC';
select is(
    (select o.created_at from perf.ab_outcomes as o order by o.id desc limit 1),
    '2020-01-06 12:00+00'::timestamptz,
    'a time without an offset is of UTC, whatever zone the session has'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.record_ab_outcomes('[]') $$, 'an admin by token may'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.record_ab_outcomes('[]') $$, '42501', null, 'an analyst by token does not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.record_ab_outcomes('[]') $$, 'a recorder by token may'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.record_ab_outcomes('[]') $$, '42501', null, 'nor does a stranger with a token'
);
set local request.jwt.claims = '';
set local role perf_admin;
select lives_ok(
    $$ select perf.record_ab_outcomes('[]') $$, 'perf_admin may'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf.record_ab_outcomes('[]') $$, '42501', null, 'perf_analyst does not'
);
set local role perf_recorder;
select lives_ok(
    $$ select perf.record_ab_outcomes('[]') $$, 'perf_recorder may'
);
set local role anon;
select throws_ok(
    $$ select perf.record_ab_outcomes('[]') $$, '42501', null, 'nor does anon'
);

reset role;
update perf.model_ab_tests
set test_status = 'completed', test_end = '2020-01-07 00:00+00', winner_model = 'a',
    winner_metrics = '{}';
select throws_ok(
    $$ select perf.record_ab_outcomes(jsonb_build_array(pg_temp.element('{"unit_key": "n"}'))) $$,
    'PT409',
    'outcomes[0]: the A/B test "one" is completed and takes no more outcomes',
    'a completed test takes no more'
);

select * from finish();
rollback;
