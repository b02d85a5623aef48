begin;
select plan(18);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.record_call('acme/one', 'chat', 100, call_timestamp => '2020-01-06 10:00+00');

create temp table made as
select perf.set_slo_objective(
    ' fast ', 'response_time_ms', 0.95, 1000, '7 days', '{"model": "acme/one"}', '{tool}', 10,
    false, 'Chats feel slow above.', 'https://example.org/fast'
) as id;

select results_eq(
    $$ select o.id, o.objective_name, o.metric_name, o.target, o.faster_than, o.time_window,
           o.scope_labels, o.group_by, o.minimum_sample, o.enabled, o.description, o.runbook_url
       from perf.slo_objectives as o $$,
    $$ select m.id, 'fast', 'response_time_ms', 0.95::float8, 1000::float8, interval '7 days',
           '{"model": "acme/one"}'::jsonb, '{tool}'::text[], 10::bigint, false,
           'Chats feel slow above.', 'https://example.org/fast'
       from made as m $$,
    'adds an objective'
);
select is(
    perf.set_slo_objective('fast', 'success_rate', 0.99),
    (select m.id from made as m),
    'replaces the one of this name'
);
select results_eq(
    $$ select o.objective_name, o.metric_name, o.target, o.faster_than, o.time_window,
           o.scope_labels, o.group_by, o.minimum_sample, o.enabled, o.description, o.runbook_url
       from perf.slo_objectives as o $$,
    $$ values (
        'fast', 'success_rate', 0.99::float8, null::float8, interval '30 days', '{}'::jsonb,
        '{}'::text[], 1::bigint, true, null, null
    ) $$,
    'with all its settings'
);
select is(
    perf.set_slo_objective('fast', 'success_rate', 0.99),
    (select m.id from made as m),
    'runs twice'
);
select is((select count(*) from perf.slo_objectives), 1::bigint, 'and there is still one');
select throws_ok(
    $$ select perf.set_slo_objective('fast', 'success_rate', null) $$,
    '22023',
    'target must be a share above 0 and below 1, got null',
    'refuses no target'
);
select throws_ok(
    $$ select perf.set_slo_objective(null, 'success_rate', 0.9) $$,
    '22023',
    'objective_name must have 1 to 200 characters, got null',
    'refuses no name'
);
select throws_ok(
    $$ select perf.set_slo_objective('x', 'success_rate', 0.9, group_by => null) $$,
    '22023',
    'group_by must hold names of labels, each once, got null',
    'refuses null to group by'
);
select throws_ok(
    $$ select perf.set_slo_objective('x', 'speed', 0.9) $$,
    'PT404',
    'there is no metric "speed"',
    'refuses an unknown metric'
);

create function pg_temp.attempt()
returns bigint
language sql as $$
    select count(perf.set_slo_objective('mine', 'success_rate', 0.9))
$$;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(pg_temp.attempt(), 1::bigint, 'an admin may');
select is(
    (select o.created_by from perf.slo_objectives as o where o.objective_name = 'mine'),
    'ada',
    'and is named'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok('select pg_temp.attempt()', '42501', null, 'an analyst may not');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok('select pg_temp.attempt()', '42501', null, 'a recorder may not');
set local role perf_admin;
select is(pg_temp.attempt(), 1::bigint, 'perf_admin may');
set local role service_role;
select is(pg_temp.attempt(), 1::bigint, 'service_role may');
set local role perf_analyst;
select throws_ok('select pg_temp.attempt()', '42501', null, 'perf_analyst may not');
set local role perf_recorder;
select throws_ok('select pg_temp.attempt()', '42501', null, 'perf_recorder may not');
set local role anon;
select throws_ok('select pg_temp.attempt()', '42501', null, 'anon may not');

select * from finish();
rollback;
