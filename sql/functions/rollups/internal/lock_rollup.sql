-- Every writer of rollups, and everything that moves raw rows, takes this lock first, so only one
-- runs at a time. Work on partitions takes lock_partitions() before it. The lock is released at
-- the end of the transaction. The origin is read before the lock, because a refresh of
-- perf_internal.origin locks the origin first.
--
-- On several machines the transaction waits until it is on disk here, whatever the session says. A run that
-- this machine forgot in a crash would have changed the others. Ids of transactions that they have counted
-- would then be given out again, and rows with them would never be counted.
create or replace function perf_internal.lock_rollup(pipeline text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.check_origin();
    perform 1
    from perf_internal.rollup_state as s
    where s.pipeline = lock_rollup.pipeline
    for update;
    if not found then
        raise exception using
            errcode = 'PT409',
            message = 'there is no rollup state of ' || perf_internal.quote_value(lock_rollup.pipeline),
            hint = 'Restore perf_internal.rollup_state together with the raw rows and the rollups.';
    end if;
    if current_setting('synchronous_commit') = 'off' and perf_internal.is_distributed() then
        perform set_config('synchronous_commit', 'on', true);
    end if;
end
$$;

comment on function perf_internal.lock_rollup is
    'Waits until no other run writes rollups of a pipeline. Errors: PT409 while a restore is under way, or without its state.';

revoke execute on function perf_internal.lock_rollup from public;
