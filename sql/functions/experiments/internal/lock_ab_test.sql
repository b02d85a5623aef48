-- Recorders hold this lock in shared mode until they commit, so that a test is not stopped between
-- their look at its status and their commit. Recorders that come later wait for the one that stops,
-- and then find the test completed. So the one that stops waits in turns: between two turns all
-- recorders go on, and a recorder whose transaction stays open does not stop the others.
create or replace function perf_internal.lock_ab_test(
    test_id uuid,
    patience interval default '20 seconds'
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = 0
as $$
declare
    v_give_up_at timestamptz := clock_timestamp() + lock_ab_test.patience;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using
            errcode = 'PT409',
            message = format(
                'an A/B test is stopped in a read committed transaction, this one is %s',
                current_setting('transaction_isolation')
            ),
            hint = 'Run begin isolation level read committed first.';
    end if;
    loop
        begin
            perform set_config('lock_timeout', '400', true);
            perform pg_advisory_xact_lock(uuid_hash_extended(lock_ab_test.test_id, 0));
            return;
        exception
            when lock_not_available then
                if clock_timestamp() > v_give_up_at then
                    raise exception using
                        errcode = 'PT409',
                        message = format(
                            'another transaction records outcomes of the A/B test %s',
                            lock_ab_test.test_id
                        ),
                        hint = 'Try again later. A transaction that records stays open; see pg_stat_activity and pg_prepared_xacts.';
                end if;
        end;
        perform pg_sleep(0.1);
    end loop;
end
$$;

comment on function perf_internal.lock_ab_test is
    'Waits until no other transaction records outcomes of this A/B test or stops it, and keeps others from both until the transaction ends. Error PT409: not read committed, or patience is over.';

revoke execute on function perf_internal.lock_ab_test from public;
