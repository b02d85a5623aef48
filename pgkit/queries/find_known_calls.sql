-- Calls with an id that was recorded before, at the same time. By itself, because in a cluster raw rows are
-- on other machines than what was loaded. The table is locked before it is read: a session that reads a
-- partition first and then writes can deadlock with perf.ensure_partitions().
do $$
begin
    lock table only perf.performance_metrics_raw in row exclusive mode;
    create temporary table known_calls on commit drop as
    select c.call_timestamp, c.id
    from pg_temp.loaded_calls as c
    join perf.performance_metrics_raw as r
        on r.call_timestamp = c.call_timestamp
        and r.id = c.id;
end
$$
