begin;
select plan(8);

set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01);

create function pg_temp.check(
    outcomes jsonb,
    is_of_calls boolean default false,
    place text default null,
    test_id uuid default 'e0000000-0000-4000-8000-000000000000',
    observed_at timestamptz default '2020-01-06 00:00+00'
)
returns void
language sql
as $$
    select perf_internal.check_outcomes(
        array[
            row(test_id, 'u1', outcomes, null, observed_at, place)::perf_internal.ab_outcome
        ],
        is_of_calls
    )
$$;
select lives_ok($$ select pg_temp.check('{"success": 1}') $$, 'a good outcome at the start passes');
select throws_ok(
    $$ select pg_temp.check('{"a": 1, "success": 1, "b": 1}') $$,
    '22023',
    'the A/B test "one" records no metric "a"',
    'a metric that the test does not have is named'
);
select throws_ok(
    $$ select pg_temp.check('{"success": "x"}', place => 'outcomes[7]: ') $$,
    '22023',
    null,
    'a bad value is refused'
);
select throws_ok(
    $$ select pg_temp.check('{"speed": 1}', place => 'outcomes[7]: ') $$,
    '22023',
    'outcomes[7]: the A/B test "one" records no metric "speed"',
    'with the place of the element'
);
select lives_ok(
    $$ select pg_temp.check('{"speed": 1}', is_of_calls => true) $$,
    'calls may say what a test does not ask'
);
select throws_ok(
    $$ select pg_temp.check(
           '{"speed": 1}', true, 'calls[3]: ', 'd0000000-0000-4000-8000-000000000000'
       ) $$,
    'PT404',
    'calls[3]: there is no A/B test d0000000-0000-4000-8000-000000000000',
    'but of a test that there is'
);
select throws_ok(
    $$ select pg_temp.check('{"success": 1}', observed_at => '2020-01-05 23:59:59.999999+00') $$,
    '22023',
    'observed_at must not be before the test starts, at 2020-01-06 00:00:00+00, got 2020-01-05 23:59:59.999999+00',
    'a microsecond before the start is too early'
);
select throws_ok(
    $$ select pg_temp.check('{"success": 1}', test_id => null) $$,
    '22023',
    'test_id must not be null',
    'a test is given'
);

select * from finish();
rollback;
