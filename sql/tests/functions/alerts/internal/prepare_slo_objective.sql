begin;
select plan(27);
set local intervalstyle = 'postgres';

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.record_call('acme/one', 'chat', 100, call_timestamp => '2020-01-06 10:00+00');

create function pg_temp.refused(columns text, numbers text)
returns text
language plpgsql as $$
begin
    execute format(
        'insert into perf.slo_objectives (objective_name, metric_name, target, %s)
        values (''fast'', ''response_time_ms'', 0.9, %s)',
        columns,
        numbers
    );
    return 'written';
exception
    when invalid_parameter_value or no_data_found then
        return sqlerrm;
end
$$;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
insert into perf.slo_objectives (
    objective_name, metric_name, target, created_by, created_at, description, runbook_url
)
values (' works ', 'success_rate', 0.99, 'eve', '2020-01-01', ' ', ' https://example.org/a ');
reset role;
set local request.jwt.claims = '';

select results_eq(
    $$ select o.objective_name, o.created_by, o.created_at = now(), o.updated_at = now(),
           o.description, o.runbook_url, o.time_window, o.scope_labels, o.group_by
       from perf.slo_objectives as o $$,
    $$ values (
        'works', 'ada', true, true, null, 'https://example.org/a', interval '30 days',
        '{}'::jsonb, '{}'::text[]
    ) $$,
    'trims texts and fills who made it and when'
);
update perf.slo_objectives
set created_by = 'eve', created_at = '2020-01-01', updated_at = '2020-01-01', target = 0.95;
select results_eq(
    $$ select o.created_by, o.created_at = now(), o.updated_at = now(), o.target
       from perf.slo_objectives as o $$,
    $$ values ('ada', true, true, 0.95::float8) $$,
    'which an update does not change'
);

select is(
    pg_temp.refused('faster_than', '0'), 'faster_than must be a number above 0, got 0', 'limit of 0'
);
select is(
    pg_temp.refused('faster_than', '''NaN'''),
    'faster_than must be a number above 0, got NaN',
    'limit that is no number'
);
select is(
    pg_temp.refused('faster_than, time_window', '1, ''23 hours'''),
    'time_window must be between 1 day and 90 days, got "23:00:00"',
    'short time window'
);
select is(
    pg_temp.refused('faster_than, time_window', '1, ''91 days'''),
    'time_window must be between 1 day and 90 days, got "91 days"',
    'long time window'
);
select is(
    pg_temp.refused('faster_than, time_window', '1, null'),
    'time_window must be between 1 day and 90 days, got null',
    'no time window'
);
select is(
    pg_temp.refused('faster_than, minimum_sample', '1, 0'),
    'minimum_sample must be at least 1, got 0',
    'minimum sample of 0'
);
select is(
    pg_temp.refused('faster_than, enabled', '1, null'),
    'enabled must be true or false, got null',
    'neither enabled nor disabled'
);
select is(
    pg_temp.refused('faster_than, scope_labels', '1, ''[]'''),
    'scope_labels must be a JSON object, got "[]"',
    'scope that is no object'
);
select is(
    pg_temp.refused('faster_than, scope_labels', '1, ''{"modle": "acme/one"}'''),
    'labels and group_by must name labels, got "modle"',
    'label that no series has'
);
select is(
    pg_temp.refused('faster_than, group_by', '1, ''{tol}'''),
    'labels and group_by must name labels, got "tol"',
    'also to group by'
);
select is(
    pg_temp.refused('faster_than, group_by', '1, ''{tool,tool}'''),
    'group_by must hold names of labels, each once, got "{tool,tool}"',
    'a label twice'
);
select is(
    pg_temp.refused('faster_than, group_by', '1, ''{null}'''),
    'group_by must hold names of labels, each once, got "{NULL}"',
    'no label'
);
select is(
    pg_temp.refused('faster_than, group_by', '1, null'),
    'group_by must hold names of labels, each once, got null',
    'null to group by'
);
select alike(
    pg_temp.refused('faster_than, description', '1, ''a'' || chr(10) || ''b'''),
    'description must have no control characters, got "a%',
    'control characters'
);
select is(
    pg_temp.refused('faster_than, runbook_url', '1, ''javascript:alert(1)'''),
    'runbook_url must be an http or https URL of at most 2000 characters, got "javascript:alert(1)"',
    'a runbook that is no address'
);
select is(
    pg_temp.refused('enabled', 'true'),
    'metric_name must be a share without faster_than, got "response_time_ms"',
    'a time without faster_than'
);
select throws_ok(
    $$ update perf.slo_objectives set faster_than = 5 $$,
    '22023',
    'metric_name must be a metric with percentiles for faster_than, got "success_rate"',
    'a share with faster_than'
);
select throws_ok(
    $$ update perf.slo_objectives set metric_name = 'ab_unit', faster_than = 5 $$,
    '22023',
    'metric_name must be a metric with percentiles for faster_than, got "ab_unit"',
    'a metric without a sketch'
);
select throws_ok(
    $$ update perf.slo_objectives set metric_name = 'speed' $$,
    'PT404',
    'there is no metric "speed"',
    'an unknown metric'
);
select throws_ok(
    $$ update perf.slo_objectives set metric_name = null $$, 'PT404', null, 'no metric'
);
select throws_ok(
    $$ update perf.slo_objectives set target = 1 $$,
    '22023',
    'target must be a share above 0 and below 1, got 1',
    'a target of 1'
);
select throws_ok(
    $$ update perf.slo_objectives set target = 'NaN' $$,
    '22023',
    'target must be a share above 0 and below 1, got NaN',
    'a target that is no number'
);
select throws_ok(
    $$ update perf.slo_objectives set objective_name = ' ' $$,
    '22023',
    'objective_name must have 1 to 200 characters, got ""',
    'an empty name'
);

set constraints all immediate;
delete from perf.slo_objectives;
select results_eq(
    $$ select l.action, l.caller, l.new_values ->> 'target', l.old_values ->> 'target'
       from perf.audit_log as l
       where l.table_name = 'slo_objectives'
       order by l.id $$,
    $$ values
        ('insert', 'a0000000-0000-4000-8000-000000000000'::uuid, '0.99', null),
        ('update', null, '0.95', '0.99'),
        ('delete', null, null, '0.95') $$,
    'the audit log has every change'
);

-- No series, so no label is known.
select lives_ok(
    $$ insert into perf.slo_objectives (objective_name, metric_name, target, scope_labels)
       values ('jobs', 'success_rate', 0.9, '{"model": "x"}'),
           ('later', 'failure_rate', 0.9, '{"workflow": "x"}') $$,
    'takes any label where there are no series yet'
);

select * from finish();
rollback;
