-- In turns of less than deadlock_timeout. A session that reads rows and then records one in the same
-- transaction may wait for this function while this function waits for it. If this function gave up
-- only after deadlock_timeout, the other session would get the deadlock error. Between two turns all
-- sessions go on, runs too, so a long transaction does not stop the others.
--
-- Turns alternate in what they lock first, because each order can be blocked for ever by a stream of
-- other sessions: the table by those that have read and now record, the partition by those that
-- record into it.
--
-- All that is needed of several pipelines is taken in one turn, and with it the rollups of every
-- pipeline in the order in which a run takes them. A session that holds a lock of one pipeline and
-- then waits here for another would make a circle with a session that records in both.
create or replace function perf_internal.lock_raw(
    pipelines text[],
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
    v_give_up_at timestamptz := clock_timestamp() + lock_raw.patience;
    -- 400 of the 1000 that deadlock_timeout has by default; 0 would mean to wait for ever.
    v_turn_ms integer := greatest(1, least(
        (select 0.4 * s.setting::integer from pg_settings as s where s.name = 'deadlock_timeout'),
        extract(epoch from lock_raw.patience) * 1000
    ));
    -- Dynamic because neither a table nor a mode can be a parameter.
    v_partition text := format(
        'lock table %s in %s mode',
        (
            select string_agg(format('perf_internal.%I', n), ', ')
            from unnest(lock_raw.partition_names) as n
        ),
        lock_raw.partition_mode
    );
    v_parent text := format(
        'lock table %s in %s mode',
        (
            select string_agg('only ' || (perf_internal.get_pipeline(n)).raw_table, ', ' order by n)
            from unnest(lock_raw.pipelines) as n
        ),
        lock_raw.parent_mode
    );
    v_is_parent_first boolean := true;
    v_statement text;
    v_pipeline text;
begin
    loop
        begin
            for v_pipeline in select p.pipeline from perf_internal.pipelines as p order by 1 loop
                perform perf_internal.lock_rollup(v_pipeline);
            end loop;
            perform set_config('lock_timeout', v_turn_ms::text, true);
            foreach v_statement in array case
                when lock_raw.parent_mode is null then array[v_partition]
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
                        errcode = 'PT409',
                        message = 'another transaction holds '
                            || array_to_string(lock_raw.partition_names, ' or '),
                        hint = 'Try again later. A transaction that reads or records stays open, or a vacuum is at work; see pg_stat_activity and pg_prepared_xacts.';
                end if;
        end;
        v_is_parent_first := not v_is_parent_first;
        perform pg_sleep(0.1);
    end loop;
end
$$;

comment on function perf_internal.lock_raw is
    'Takes lock_rollup() of every pipeline and locks partitions of raw tables until the end of the transaction, and, if a mode is given, the whole tables of these pipelines. Errors: PT404 no such pipeline, PT409 when patience is over.';

revoke execute on function perf_internal.lock_raw from public;
