-- security definer: no API role may write a rollup; execute goes to those who run schedules.
--
-- Exactly once, by this argument. One run at a time has the state row; a second waits and then
-- sees what the first left. New is decided by transaction, not by clock: a call whose transaction
-- the last snapshot did not see is read, however old its timestamp, and one it saw is not.
-- Snapshot and calls come from one statement, so no commit falls between them. Rollups and state
-- change in this transaction: killed anywhere, none of it happened.
--
-- A transaction that records calls and then aggregates is the one case its id cannot decide: its
-- calls so far are read, later ones are not. So those read are marked with 0, and its id counts as
-- in progress.
create or replace function perf.aggregate_performance_metrics()
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_own_transaction bigint := pg_current_xact_id_if_assigned()::text::bigint;
    v_calls bigint;
begin
    perform perf_internal.lock_rollup('calls');
    v_calls := perf_internal.roll_up_calls(is_pending => true);
    if v_own_transaction is not null then
        update perf.performance_metrics_raw as r
        set transaction_id = 0
        where r.transaction_id = v_own_transaction;
    end if;
    if v_calls > 0 then
        perform perf_internal.summarize_new_ranges();
    end if;
    return v_calls;
end
$$;

comment on function perf.aggregate_performance_metrics is
    'Adds every call that no run has read yet to its hour, day and week, whatever their age; returns how many.';

revoke execute on function perf.aggregate_performance_metrics from public;
grant execute on function perf.aggregate_performance_metrics to service_role, perf_admin;
