begin;
select plan(19);

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

create temporary table started as
select perf.start_ab_test(
    ' summaries ', 'llm', 'v1', 'v2',
    '[{"metric": " success ", "role": "primary", "better": "higher", "minimum_effect": 0.01},
      {"metric": "slow", "role": "guardrail", "better": "lower", "minimum_effect": 0.02,
       "source_metric": "response_time_ms", "above": 2000},
      {"metric": "cost", "better": "lower"}]',
    0.2,
    planned_units => 5000,
    test_start => '2020-01-06 00:00+00'
) as id;
select results_eq(
    $$ select t.id, t.test_name, t.model_type, t.model_a_version, t.model_b_version,
           t.traffic_split, t.planned_units, t.test_start, t.test_status
       from perf.model_ab_tests as t $$,
    $$ select s.id, 'summaries', 'llm', 'v1', 'v2', 0.2::float8, 5000::bigint,
           timestamptz '2020-01-06 00:00+00', 'running'
       from started as s $$,
    'a test runs once it is started'
);
select results_eq(
    $$ select m.metric, m.role, m.better, m.minimum_effect, m.source_metric, m.above
       from perf.ab_test_metrics as m
       order by 1 $$,
    $$ values
        ('cost', 'other', 'lower', null::float8, null, null::float8),
        ('slow', 'guardrail', 'lower', 0.02, 'response_time_ms', 2000),
        ('success', 'primary', 'higher', 0.01, null, null) $$,
    'its metrics are those given; without a role one is shown only'
);
select results_eq(
    $$ select s.metric, s.variant from perf_internal.ab_series as s order by 1, 2 $$,
    $$ values ('cost', 'a'), ('cost', 'b'), ('slow', 'a'), ('slow', 'b'), ('success', 'a'),
        ('success', 'b') $$,
    'each metric of each variant is a series'
);
select throws_ok(
    $$ select perf.start_ab_test(
           'summaries', 'llm', 'v1', 'v3',
           '[{"metric": "x", "role": "primary", "better": "higher", "minimum_effect": 1}]'
       ) $$,
    'PT409',
    'there is an A/B test "summaries" already',
    'a name is taken once'
);

-- A call with one argument replaced.
create function pg_temp.start(
    test_name text default 'x',
    model_b text default 'v2',
    split float8 default 0.5,
    units bigint default null,
    start timestamptz default '2020-01-06 00:00+00',
    metrics jsonb default '[]'
)
returns uuid
language sql
as $$
    select perf.start_ab_test(
        test_name, 'llm', 'v1', model_b, metrics, split, planned_units => units, test_start => start
    )
$$;
select throws_ok(
    $$ select pg_temp.start(test_name => '') $$,
    '22023',
    'test_name must have 1 to 200 characters, got ""',
    'it has a name'
);
select throws_ok(
    $$ select pg_temp.start(model_b => 'v1 ') $$,
    '22023',
    'model_b_version must not be that of model A, got "v1 "',
    'two models differ'
);
select throws_ok(
    'select pg_temp.start(split => 1)',
    '22023',
    'traffic_split must be between 0 and 1, and neither of them, got 1',
    'both get units'
);
select throws_ok(
    $$ select pg_temp.start(split => 'NaN') $$,
    '22023',
    'traffic_split must be between 0 and 1, and neither of them, got NaN',
    'a split is a number'
);
select throws_ok(
    'select pg_temp.start(units => 0)',
    '22023',
    'planned_units must be above 0, got 0',
    'a plan has units'
);
select throws_ok(
    $$ select pg_temp.start(start => 'infinity') $$,
    '22023',
    'test_start must be a point in time since 1970, got infinity',
    'it starts'
);
select throws_ok(
    'select pg_temp.start()',
    '22023',
    'metrics must have 1 to 100 elements, got 0',
    'and has metrics'
);
select is(
    (select count(*) from perf.model_ab_tests),
    1::bigint,
    'of what is refused nothing is kept'
);
select ok(
    (
        select perf.start_ab_test(
            'same version', 'llm', 'v1', 'v1',
            '[{"metric": "x", "role": "primary", "better": "higher", "minimum_effect": 1}]',
            model_b_id => 'f0000000-0000-4000-8000-000000000000'
        )
    ) is not null,
    'models of one version differ by their ids'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.start_ab_test(
           'second', 'llm', 'v1', 'v2',
           '[{"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 1}]'
       ) $$,
    'an admin by token starts one'
);
reset role;
select is(
    (select t.created_by from perf.model_ab_tests as t where t.test_name = 'second'),
    'ada',
    'who started it is remembered'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.start_ab_test(
           'second', 'llm', 'v1', 'v2',
           '[{"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 1}]'
       ) $$, '42501', 'this needs the role admin', 'an analyst does not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.start_ab_test(
           'second', 'llm', 'v1', 'v2',
           '[{"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 1}]'
       ) $$, '42501', null, 'nor does a recorder'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.start_ab_test(
           'second', 'llm', 'v1', 'v2',
           '[{"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 1}]'
       ) $$, '42501', null, 'nor does perf_recorder'
);
set local role anon;
select throws_ok(
    $$ select perf.start_ab_test(
           'second', 'llm', 'v1', 'v2',
           '[{"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 1}]'
       ) $$, '42501', null, 'nor does anon'
);

select * from finish();
rollback;
