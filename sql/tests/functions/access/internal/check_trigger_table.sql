begin;
select plan(4);

select lives_ok(
    $$ select perf_internal.check_trigger_table(s.name)
       from unnest('{perf,perf_internal}'::name[]) as s (name) $$,
    'a table of ours may have a trigger of ours'
);

create temporary table bait (id uuid);
create trigger bait after insert on pg_temp.bait
    for each row execute function perf_internal.queue_audit_entry('id');
select throws_ok(
    $$ insert into pg_temp.bait values ('a0000000-0000-4000-8000-000000000000') $$,
    '42501',
    'triggers of pgkit are for its own tables',
    'a table of somebody else may not'
);
select is_empty('table perf_internal.audit_queue', 'and nothing is written for it');

set local role authenticated;
select throws_ok(
    $$ select perf_internal.check_trigger_table('perf') $$, '42501', null, 'no API role calls it'
);

select * from finish();
rollback;
