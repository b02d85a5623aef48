begin;
select plan(8);

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.set_slo_objective(
    'fast', 'response_time_ms', 0.95, 2000, '7 days', '{"model": "a"}', '{tool}', 5, description => 'people wait'
);
select perf.set_slo_objective('Broken', 'success_rate', 0.99, enabled => false, runbook_url => 'https://h.example/');
select results_eq(
    $$
        select o.objective_name, o.metric_name, o.target, o.faster_than, o.time_window, o.scope_labels, o.group_by,
            o.minimum_sample, o.enabled, o.description, o.runbook_url
        from perf.get_slo_objectives() as o
    $$,
    $$
        values (
            'Broken', 'success_rate', 0.99::float8, null::float8, interval '30 days', '{}'::jsonb, '{}'::text[], 1::bigint, false,
            null, 'https://h.example/'
        ),
        ('fast', 'response_time_ms', 0.95, 2000, '7 days', '{"model": "a"}', '{tool}', 5, true, 'people wait', null)
    $$,
    'lists objectives by name with all that they say, also a disabled one'
);
select set_eq(
    'select o.id, o.created_by, o.created_at, o.updated_at from perf.get_slo_objectives() as o',
    'select o.id, o.created_by, o.created_at, o.updated_at from perf.slo_objectives as o',
    'and who made them when'
);
select results_eq(
    'select o.objective_name from perf.get_slo_objectives(1) as o', array['Broken'], 'at most so many'
);
select throws_ok('select perf.get_slo_objectives(0)', '22023', null, 'but not none');

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select results_eq(
    'select count(*) from perf.get_slo_objectives()', array[2]::bigint[], 'an analyst by token reads them'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_slo_objectives()', '42501', 'this needs the role analyst', 'a recorder does not');
set local role perf_analyst;
select lives_ok('select perf.get_slo_objectives()', 'perf_analyst does');
set local role anon;
select throws_ok('select perf.get_slo_objectives()', '42501', null, 'anon does not');

select * from finish();
rollback;
