-- It looks at data that every run writes, so it sees that no schedule runs, wherever it should. The
-- evaluation calls it, which sees late rollups, and the worker that delivers, which also sees a late
-- evaluation. While nothing is late it reads a few small rows and writes none.
--
-- Runs that are late now and then are one alert: it stays open until nothing was late for five minutes.
-- After a start of the server the schedule has the same time as after a run. Of two calls at once the
-- second waits at the alert until the first ends, and updates it.
--
-- security definer: the worker may not write alerts.
create or replace function perf_internal.watch_schedule(
    as_of timestamptz default now(),
    server_start timestamptz default pg_postmaster_start_time()
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
    v_run record;
    v_late jsonb := jsonb_build_array();
    v_seen timestamptz;
begin
    if not pg_has_role(perf_internal.get_caller(), 'perf_notifier', 'member') then
        perform perf_internal.require_role('admin');
    end if;
    for v_run in
        select l.*
        from (
            select
                'rollups of ' || s.pipeline,
                s.pipeline,
                s.last_run_at,
                coalesce(
                    s.last_run_at,
                    -- It never ran; partitions show that there is a schedule, and since when.
                    (
                        select min(p.created_at)
                        from perf_internal.raw_partitions as p
                        where p.pipeline = s.pipeline
                    )
                )
            from perf_internal.rollup_state as s
            union all
            select 'evaluation of rules', null, e.last_run_at, d.late_since
            from perf_internal.alert_runs as e
            cross join perf_internal.get_evaluation_delay(watch_schedule.as_of) as d (late_since)
        ) as l (what, pipeline, last_run_at, late_since)
        where greatest(l.late_since, watch_schedule.server_start)
                < watch_schedule.as_of - interval '5 minutes'
            and l.late_since is not null
        order by l.pipeline nulls first
    loop
        begin
            continue when v_run.pipeline is not null
                and perf_internal.count_pending_rows(v_run.pipeline, max_rows => 1) = 0;
        exception
            -- A restore that is not finished, or a node of a cluster that does not answer: no run is
            -- possible.
            when sqlstate 'PT409' or connection_exception then
                null;
        end;
        v_late := v_late || jsonb_build_object(
            'what', v_run.what, 'last_run_at', v_run.last_run_at, 'late_since', v_run.late_since
        );
    end loop;
    select a.last_seen_at
    into v_seen
    from perf.model_alerts as a
    where a.alert_type = 'schedule_late'
        and a.model_type is null
        and a.machine_id is null
        and a.labels = '{}'
        and not a.is_resolved;
    if v_late = '[]' then
        if v_seen <= watch_schedule.as_of - interval '5 minutes' then
            perform perf_internal.clear_alert(
                'schedule_late', null, null, 'Nothing was late for five minutes.', watch_schedule.as_of
            );
        end if;
        return false;
    end if;
    -- Not more often, because a worker calls this every few seconds.
    if v_seen is null or v_seen <= watch_schedule.as_of - interval '1 minute' then
        perform perf_internal.raise_alert(
            'schedule_late',
            'critical',
            null,
            null,
            'The schedule is late. '
                || (
                    select string_agg(
                        format(
                            '%s: last run %s',
                            upper(left(l.run ->> 'what', 1)) || substr(l.run ->> 'what', 2),
                            coalesce(
                                to_char(
                                    (l.run ->> 'last_run_at')::timestamptz,
                                    'YYYY-MM-DD HH24:MI:SS UTC'
                                ),
                                'never'
                            )
                        ),
                        '. '
                        order by l.position
                    )
                    from jsonb_array_elements(v_late) with ordinality as l (run, position)
                )
                || '.',
            jsonb_build_object('late', v_late),
            as_of => watch_schedule.as_of
        );
    end if;
    return true;
end
$$;

comment on function perf_internal.watch_schedule is
    'Raises the critical alert schedule_late while the rollups of a pipeline with rows that wait, or the evaluation of enabled rules, did not run in the last five minutes; returns whether one is. Clears it when nothing was late for five minutes.';

revoke execute on function perf_internal.watch_schedule from public;
