begin;
select plan(6);

select perf.save_model_config('sdxl', 'one', '{}');
set constraints all immediate;

select throws_ok(
    $$ update perf.audit_log set caller_role = 'nobody' $$,
    '23001',
    'the audit log is written by triggers only, and its entries stay as they are',
    'refuses to change an entry, also to the owner'
);

select throws_ok('delete from perf.audit_log', '23001', null, 'refuses to delete');

select throws_ok('truncate perf.audit_log', '23001', null, 'refuses to truncate');

select throws_ok(
    $$ insert into perf.audit_log (id, logged_at, table_name, row_id, action, caller_role,
           caller_login, previous_hash, hash)
       values (3, now(), 't', 'r', 'insert', 'x', 'x', '', '') $$,
    '23001',
    null,
    'refuses an entry by hand'
);

select throws_ok(
    'update perf_internal.audit_head set entries = 1',
    '23001',
    null,
    'refuses another end'
);

select throws_ok('delete from perf_internal.audit_head', '23001', null, 'refuses no end');

select * from finish();
rollback;
