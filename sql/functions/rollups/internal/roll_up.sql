-- Exactly once, by this argument:
-- 1. One run at a time locks the state row. A second run waits, and then sees what the first
--    wrote.
-- 2. The state is the snapshot of the last run. Rows of transactions that were over in it are
--    counted. All other rows are pending, whatever their times are.
-- 3. This run takes a snapshot, and counts the pending rows whose transactions are over in it. The
--    statement that reads them comes later, so it sees all rows of such a transaction, or none if
--    it failed. Rows that commit in between wait for the next run. So do rows of this transaction,
--    and of transactions that are not settled on every machine.
-- 4. Rollups and state change in this one transaction. A run that is killed has changed nothing.
create or replace function perf_internal.roll_up(pipeline text)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
set enable_seqscan = off
set max_parallel_workers_per_gather = 0
as $$
declare
    v_started_at timestamptz := clock_timestamp();
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(roll_up.pipeline);
    v_is_distributed boolean := perf_internal.is_distributed();
    v_last record;
    v_snapshot txid_snapshot;
    v_id bigint := txid_current();
    v_xmax bigint;
    v_in_progress bigint[];
    v_condition text;
    v_rows bigint;
    v_ms double precision;
begin
    perform perf_internal.lock_rollup(roll_up.pipeline);
    select s.last_run_at, s.total_rows into v_last
    from perf_internal.rollup_state as s
    where s.pipeline = roll_up.pipeline;
    v_snapshot := txid_current_snapshot();
    v_xmax := txid_snapshot_xmax(v_snapshot);
    v_in_progress := array(select txid_snapshot_xip(v_snapshot)) || v_id;
    -- On several machines the first pass finds whether there is anything to do.
    for v_pass in case when v_is_distributed then 1 else 2 end .. 2 loop
        if v_pass = 2 then
            v_in_progress := v_in_progress || perf_internal.require_last_run(roll_up.pipeline);
        end if;
        -- Plus 0, so that the index is used for the pending condition and not for this one.
        v_condition := format(
            '%s and r.transaction_id + 0 < %s and r.transaction_id <> all(%L::bigint[])',
            perf_internal.get_pending_condition(roll_up.pipeline),
            v_xmax,
            v_in_progress
        );
        execute format('select count(*) from %s as r where %s', v_pipeline.raw_table, v_condition)
        into v_rows;
        if v_pass = 1
            and v_rows = 0
            and date_bin('1 hour', v_last.last_run_at, '2001-01-01 00:00+00')
                = date_bin('1 hour', v_started_at, '2001-01-01 00:00+00')
        then
            -- No other machine was asked, so the snapshot stays as it is.
            v_ms := extract(epoch from clock_timestamp() - v_started_at) * 1000;
            update perf_internal.rollup_state as s
            set last_run_at = v_started_at,
                last_run_rows = 0,
                last_run_ms = v_ms
            where s.pipeline = roll_up.pipeline;
            return 0;
        end if;
    end loop;
    if v_rows > 0 then
        perform perf_internal.add_to_rollups(perf_internal.get_levels_query(
            perf_internal.get_summary_query(roll_up.pipeline, v_condition)
        ), v_started_at);
    end if;
    perform perf_internal.complete_buckets(roll_up.pipeline, v_last.last_run_at, v_started_at);
    v_ms := extract(epoch from clock_timestamp() - v_started_at) * 1000;
    update perf_internal.rollup_state as s
    set snapshot_xmax = v_xmax,
        in_progress = v_in_progress,
        run_id = v_id,
        last_run_at = v_started_at,
        last_run_rows = v_rows,
        last_run_ms = v_ms,
        total_rows = s.total_rows + v_rows
    where s.pipeline = roll_up.pipeline;
    if v_rows > 0 and v_is_distributed then
        perform perf_internal.summarize_shards(v_last.total_rows, v_last.total_rows + v_rows);
    elsif v_rows > 0 then
        perform perf_internal.summarize_new_ranges(roll_up.pipeline);
        -- Once, for those who read: without statistics a read of some hundred series takes twice as
        -- long, until autovacuum analyzes the table. Runs take the same time. It waits for nobody,
        -- because a run of another pipeline could wait for this one.
        if not exists (
            select
            from pg_stats as s
            where s.schemaname = 'perf_internal'
                and s.tablename = 'rollups'
        ) then
            begin
                lock table perf_internal.rollups in share update exclusive mode nowait;
                analyze perf_internal.rollups (series_id, granularity, time_bucket, metric);
            exception
                when lock_not_available then
                    null;
            end;
        end if;
    end if;
    return v_rows;
end
$$;

comment on function perf_internal.roll_up is
    'Adds every raw row that no run has read yet, and whose transaction is over, to its hour, day and week; returns how many. Errors: PT404 no such pipeline, PT409 while a restore is under way.';

revoke execute on function perf_internal.roll_up from public;
