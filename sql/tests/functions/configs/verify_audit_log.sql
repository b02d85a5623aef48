begin;
select plan(16);

select is_empty('select * from perf.verify_audit_log()', 'an empty log is whole');

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n), activate => true)
from generate_series(1, 3) as n;

select is_empty(
    'select * from perf.verify_audit_log()',
    'what the own transaction has yet to commit is not missing'
);

set constraints all immediate;

select is_empty('select * from perf.verify_audit_log()', 'a log nobody touched is whole');

select cmp_ok((select entries
from perf_internal.audit_head), '>', 10::bigint, 'and it is not empty');

-- What only somebody who can disable triggers can do.
alter table perf.audit_log disable trigger user;
alter table perf_internal.audit_head disable trigger user;
alter table perf_internal.audit_queue disable trigger user;

savepoint whole;
update perf.audit_log set new_values = new_values || '{"notes": "never said"}' where id = 5;

select results_eq(
    'select * from perf.verify_audit_log()',
    $$ values (5::bigint, 'was changed') $$,
    'names an entry that was changed'
);

update perf.audit_log as l set hash = perf_internal.get_audit_hash(l) where id = 5;

select results_eq(
    'select * from perf.verify_audit_log()',
    $$ values (6::bigint, 'does not follow the entry before') $$,
    'a new hash for it breaks the next one'
);

rollback to whole;
delete from perf.audit_log where id in (4, 5);

select results_eq(
    'select * from perf.verify_audit_log()',
    $$ values (6::bigint, 'entries 4 to 5 are missing') $$,
    'names what is missing in the middle'
);

rollback to whole;
delete from perf.audit_log where id = 4;
-- In two steps, because no two may have one id meanwhile.
update perf.audit_log set id = 1 - id where id > 4;
update perf.audit_log set id = -id where id < 0;

select results_eq(
    'select * from perf.verify_audit_log()',
    $$ values (4::bigint, 'does not follow the entry before') $$,
    'closing the gap does not help'
);

rollback to whole;
update perf.audit_log set id = case id when 3 then -4 else -3 end where id in (3, 4);
update perf.audit_log set id = -id where id < 0;

select results_eq(
    'select * from perf.verify_audit_log()',
    $$ values (3::bigint, 'does not follow the entry before') $$,
    'names the first of two that changed places'
);

rollback to whole;
delete from perf.audit_log where id = 1;

select results_eq(
    'select * from perf.verify_audit_log()',
    $$ values (2::bigint, 'entries 1 to 1 are missing') $$,
    'notices a missing beginning'
);

rollback to whole;
delete from perf.audit_log where id > 9;

select matches(
    (select problem from perf.verify_audit_log()),
    '^entries 10 to \d+ are missing$',
    'notices a missing end'
);

update perf_internal.audit_head set entries = 9;

select results_eq(
    'select * from perf.verify_audit_log()',
    $$ values (9::bigint, 'the log does not end as it should') $$,
    'also where the count was mended'
);

rollback to whole;
truncate perf.audit_log;

select matches(
    (select problem from perf.verify_audit_log()),
    '^entries 1 to \d+ are missing$',
    'notices an emptied log'
);

rollback to whole;
insert into perf_internal.audit_queue
    (transaction_id, logged_at, table_name, row_id, action, caller_role, caller_login)
values (1, now(), 'model_config_history', 'x', 'update', 'x', 'x');

select matches(
    (select problem from perf.verify_audit_log()),
    'a change of model_config_history x was committed and not logged',
    'notices a change that was kept out of the log'
);

set local role perf_recorder;

select throws_ok(
    'select * from perf.verify_audit_log()',
    '42501',
    null,
    'a recorder reads nothing'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.verify_audit_log() $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
