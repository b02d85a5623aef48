-- In turns of less than deadlock_timeout: who reads calls and then records one in the same
-- transaction may wait for this function, which waits for him. If it gave up only after that time,
-- he would be the one to get an error. Between two turns everybody goes on, runs too,
-- so a long transaction does not stop the others.
--
-- Turns alternate in what they lock first, for each order has somebody in its way for as long as
-- there are any: the table, who has read and now records; the partition, who records into it.
create or replace function perf_internal.lock_calls(
    partition_names text[],
    partition_mode text,
    parent_mode text default null,
    patience interval default '20 seconds'
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = 0
as $$
declare
    v_give_up_at timestamptz := clock_timestamp() + lock_calls.patience;
    -- 400 of the 1000 that deadlock_timeout has by default; 0 would mean to wait for ever.
    v_turn_ms integer := greatest(1, least(
        (select 0.4 * s.setting::integer from pg_settings as s where s.name = 'deadlock_timeout'),
        extract(epoch from lock_calls.patience) * 1000
    ));
    -- Dynamic because neither a table nor a mode can be a parameter.
    v_partition text := format(
        'lock table %s in %s mode',
        (
            select string_agg(format('perf_internal.%I', n), ', ')
            from unnest(lock_calls.partition_names) as n
        ),
        lock_calls.partition_mode
    );
    v_parent text := format(
        'lock table only perf.performance_metrics_raw in %s mode', lock_calls.parent_mode
    );
    v_is_parent_first boolean := true;
    v_statement text;
begin
    loop
        begin
            perform perf_internal.lock_rollup('calls');
            perform set_config('lock_timeout', v_turn_ms::text, true);
            foreach v_statement in array case
                when lock_calls.parent_mode is null then array[v_partition]
                when v_is_parent_first then array[v_parent, v_partition]
                else array[v_partition, v_parent]
            end loop
                execute v_statement;
            end loop;
            return;
        exception
            when lock_not_available then
                if clock_timestamp() > v_give_up_at then
                    raise exception using
                        errcode = 'lock_not_available',
                        message = format(
                            '%s could not be locked within %s',
                            array_to_string(lock_calls.partition_names, ', '),
                            lock_calls.patience
                        ),
                        hint = 'A transaction that reads or records calls stays open, or a vacuum is at work; see pg_stat_activity and pg_prepared_xacts.';
                end if;
        end;
        v_is_parent_first := not v_is_parent_first;
        perform pg_sleep(0.1);
    end loop;
end
$$;

comment on function perf_internal.lock_calls is
    'Takes lock_rollup() and locks partitions of the raw calls until the end of the transaction, and, if a mode is given, the whole table. Errors: 55P03 when patience is over.';

revoke execute on function perf_internal.lock_calls from public;
