-- security definer: an admin may not write alerts; the role is checked first.
--
-- Of two runs at once the second waits for the lock of alert_runs. A run whose as_of is not after that
-- of the last run does nothing, so a run that is repeated changes nothing. A run that is killed has
-- changed nothing, and the next one does its work.
--
-- perf_internal.check_new_jobs() opens alerts in transactions that record jobs, which may stay open. It
-- holds the row of perf_internal.alert_locks of a series. A run takes all rows that are free, and
-- leaves alone the series of those that are not. States are read after that: those of transactions
-- that have ended are there. A row that was not free in the run before either is a problem that people
-- must see, because nothing of its series opens.
create or replace function perf_internal.check_alert_thresholds(as_of timestamptz default now())
returns table (
    alert_type text,
    rule_id bigint,
    labels jsonb,
    state text,
    severity text,
    value double precision,
    alert_id bigint
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_started_at timestamptz := clock_timestamp();
    v_last_run_at timestamptz;
    v_last_busy integer[];
    v_busy integer[];
    v_is_failed boolean := false;
    v_states perf_internal.alert_states[];
    v_source text;
    v_row record;
    v_count bigint;
    v_problem text;
    v_series bigint := 0;
    v_problems text[] := array[]::text[];
    v_lock_timeout text := current_setting('lock_timeout');
begin
    perform perf_internal.require_role('admin');
    -- A time in the future would keep all runs until then from doing anything.
    perform perf_internal.check_as_of(
        check_alert_thresholds.as_of, latest => now() + interval '1 minute'
    );
    select r.last_run_at, r.busy_locks
    into v_last_run_at, v_last_busy
    from perf_internal.alert_runs as r
    for no key update;
    -- A last run in the future is of a clock that was wrong.
    if check_alert_thresholds.as_of <= v_last_run_at
        and v_last_run_at <= now() + interval '1 minute'
    then
        return;
    end if;
    v_busy := array(
        select l.id
        from perf_internal.alert_locks as l
        order by l.id
        for no key update skip locked
    );
    v_busy := array(
        select l.id
        from perf_internal.alert_locks as l
        where l.id <> all(v_busy)
    );
    v_states := array(select s from perf_internal.alert_states as s);
    foreach v_source in array '{thresholds,objectives,budgets}'::text[] loop
        v_count := 0;
        v_problem := '';
        begin
            for v_row in
                select a.*
                from perf_internal.advance_alerts(
                    v_source, v_states, v_busy, check_alert_thresholds.as_of
                ) as a
            loop
                -- The same in every row.
                v_count := v_row.series_count;
                v_problem := v_row.problem;
                continue when v_row.alert_type is null;
                alert_type := v_row.alert_type;
                rule_id := v_row.rule_id;
                labels := v_row.labels;
                state := v_row.state;
                severity := v_row.severity;
                value := v_row.value;
                alert_id := v_row.alert_id;
                return next;
            end loop;
        exception
            -- Any error of one kind of rules, because the others must go on.
            when others then
                v_problem := concat_ws(': ', v_source, sqlerrm);
                v_is_failed := true;
        end;
        v_series := v_series + v_count;
        if v_problem <> '' then
            v_problems := v_problems || v_problem;
        end if;
    end loop;
    if v_busy && v_last_busy then
        v_problems := v_problems || format(
            '%s of 256 parts of the series wait for transactions that have recorded jobs and are open',
            cardinality(v_busy)
        );
    end if;
    update perf_internal.alert_runs as r
    set last_run_at = check_alert_thresholds.as_of,
        last_run_ms = extract(epoch from clock_timestamp() - v_started_at) * 1000,
        series_count = v_series,
        busy_locks = v_busy,
        failed_since = case
            when v_is_failed then coalesce(r.failed_since, check_alert_thresholds.as_of)
        end,
        problem = left(nullif(array_to_string(v_problems, '; '), ''), 1000)
    where r.is_only;
    -- After the note of this run, so that it does not find this run late.
    begin
        perform set_config('lock_timeout', '2s', true);
        perform perf_internal.watch_schedule(check_alert_thresholds.as_of);
        perform set_config('lock_timeout', v_lock_timeout, true);
    exception
        when others then
            v_problems := v_problems || concat_ws(': ', 'schedule', sqlerrm);
            update perf_internal.alert_runs as r
            set problem = left(array_to_string(v_problems, '; '), 1000)
            where r.is_only;
    end;
end
$$;

comment on function perf_internal.check_alert_thresholds is 'See perf.check_alert_thresholds().';

revoke execute on function perf_internal.check_alert_thresholds from public;
grant execute on function perf_internal.check_alert_thresholds
    to authenticated, service_role, perf_admin;
