begin;
select plan(3);

select lives_ok(
    $$ select perf_internal.lock_ab_test('e0000000-0000-4000-8000-000000000000') $$,
    'a test that nobody records outcomes of is locked at once'
);
select is(
    (
        select count(*)
        from pg_locks as l
        where l.locktype = 'advisory'
            and l.mode = 'ExclusiveLock'
            and l.pid = pg_backend_pid()
    ),
    1::bigint,
    'until the transaction ends'
);
select is(current_setting('lock_timeout'), '0', 'and the setting is as before');
-- tests/ has what two sessions do, and other isolation levels.

select * from finish();
rollback;
