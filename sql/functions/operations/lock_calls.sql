-- In turns of less than a second, which is deadlock_timeout: who reads calls and then records one in
-- the same transaction may wait for this function, which waits for him. If it gave up only after that
-- second, he would be the one to get an error. Between two turns everybody goes on, so a long
-- transaction does not stop the others.
create or replace function perf_internal.lock_calls(
    partition_name text,
    partition_mode text,
    parent_mode text default null,
    patience interval default '20 seconds'
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '400ms'
as $$
declare
    v_give_up_at timestamptz := clock_timestamp() + lock_calls.patience;
begin
    loop
        begin
            -- Dynamic because neither a table nor a mode can be a parameter.
            if lock_calls.parent_mode is not null then
                execute format(
                    'lock table only perf.performance_metrics_raw in %s mode',
                    lock_calls.parent_mode
                );
            end if;
            execute format(
                'lock table perf_internal.%I in %s mode',
                lock_calls.partition_name,
                lock_calls.partition_mode
            );
            return;
        exception
            when lock_not_available then
                if clock_timestamp() > v_give_up_at then
                    raise exception using
                        errcode = 'lock_not_available',
                        message = format(
                            '%s could not be locked within %s',
                            lock_calls.partition_name,
                            lock_calls.patience
                        ),
                        hint = 'A transaction that reads or records calls stays open; see pg_stat_activity.';
                end if;
        end;
        perform pg_sleep(0.1);
    end loop;
end
$$;

comment on function perf_internal.lock_calls is
    'Locks one partition of the raw calls until the end of the transaction, and before it, if a mode is given, the whole table. Errors: 55P03 when patience is over.';

revoke execute on function perf_internal.lock_calls from public;
