-- A session that makes or drops partitions first reads which exist, and then takes strong locks.
-- Two such sessions at once would each wait for what the other has read. The second must also see
-- what the first did, so read committed.
--
-- The lock is tried again and again instead of waited for. This session may have recorded a call
-- before, and the session that holds the lock may wait for that call. If both waited, PostgreSQL
-- would report a deadlock.
create or replace function perf_internal.lock_partitions(work text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_give_up_at timestamptz := clock_timestamp() + interval '10 minutes';
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using
            errcode = 'PT409',
            message = format(
                '%s needs a read committed transaction, this one is %s',
                lock_partitions.work,
                current_setting('transaction_isolation')
            ),
            hint = 'Run begin isolation level read committed first.';
    end if;
    while not pg_try_advisory_xact_lock(hashtext('pgkit partitions')) loop
        if clock_timestamp() > v_give_up_at then
            raise exception using
                errcode = 'PT409',
                message = format(
                    '%s waited 10 minutes for others who make or drop partitions',
                    lock_partitions.work
                ),
                hint = 'Try again later. One of them may have left its transaction open; see pg_stat_activity.';
        end if;
        perform pg_sleep(0.1);
    end loop;
end
$$;

comment on function perf_internal.lock_partitions is
    'Waits until no other session makes or drops partitions. Holds the lock until the end of the transaction. Error PT409: not read committed, or still others after 10 minutes, naming the work.';

revoke execute on function perf_internal.lock_partitions from public;
