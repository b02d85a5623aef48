begin;
select plan(8);

select is_empty('select * from perf.get_audit_log()', 'nothing was changed yet');

insert into perf.profiles (id, username) values ('a0000000-0000-4000-8000-000000000000', 'ada');
set constraints all immediate;
-- At fixed times, which the triggers would not allow.
alter table perf.audit_log disable trigger user;
delete from perf.audit_log;
insert into perf.audit_log (
    id, logged_at, table_name, row_id, action, caller, caller_role, caller_login, old_values, new_values,
    previous_hash, hash
)
values
    (1, '2020-01-06 10:00+00', 'retention', 'calls/raw', 'update', null, 'postgres', 'dba',
        '{"keep": 1}', '{"keep": 2}', '', ''),
    (2, '2020-01-06 11:00+00', 'models', 'x', 'insert', 'a0000000-0000-4000-8000-000000000000',
        'authenticated', 'web', null, '{"name": "x"}', '', ''),
    (3, '2020-01-06 12:00+00', 'models', 'x', 'delete', null, 'service_role', 'web', null, '{}', '', '');

select results_eq(
    $$ select l.entry_id, l.table_name, l.row_id, l.action, l.caller_name, l.old_values, l.new_values
       from perf.get_audit_log() as l $$,
    $$ values
        (3::bigint, 'models', 'x', 'delete', 'service_role', null::jsonb, '{}'::jsonb),
        (2, 'models', 'x', 'insert', 'ada', null, '{"name": "x"}'),
        (1, 'retention', 'calls/raw', 'update', 'dba', '{"keep": 1}', '{"keep": 2}') $$,
    'gives what was changed and by whom, the newest first'
);
select results_eq(
    $$ select l.entry_id
       from perf.get_audit_log('2020-01-06 10:00+00', '2020-01-06 12:00+00') as l $$,
    $$ values (2::bigint), (1) $$,
    'of a range, whose end is not in it'
);
select results_eq(
    $$ select l.entry_id from perf.get_audit_log(table_name => 'models', max_rows => 1) as l $$,
    $$ values (3::bigint) $$,
    'of one table, no more than asked for'
);
select throws_ok(
    $$ select perf.get_audit_log('2020-01-07', '2020-01-06') $$, '22023', null, 'refuses an end before the start'
);
select throws_ok(
    'select perf.get_audit_log(max_rows => null)',
    '22023',
    'max_rows must be between 1 and 10000, got null',
    'refuses no limit'
);

set local role perf_recorder;
select throws_ok('select perf.get_audit_log()', '42501', null, 'a recorder reads nothing');
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select perf.get_audit_log()', '42501', 'this needs the role analyst', 'a stranger may not'
);

select * from finish();
rollback;
