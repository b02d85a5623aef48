create or replace function perf.get_health(as_of timestamptz default now())
returns table (check_name text, status text, value text, hint text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    p record;
    v_is_reachable boolean;
    v_pending bigint;
    v_failed bigint;
    v_last_failure text;
    v_last_seen timestamptz;
    v_rolled_up timestamptz;
    v_missing text;
    v_has_strays boolean;
    v_overdue bigint;
    v_run perf_internal.alert_runs;
    v_late_since timestamptz;
begin
    perform perf_internal.require_role('analyst', 'admin');
    perform perf_internal.check_as_of(get_health.as_of);
    select c.status, c.value, c.hint
    into status, value, hint
    from perf_internal.get_cluster_state() as c;
    v_is_reachable := status is distinct from 'fail';
    if status is not null then
        check_name := 'cluster';
        return next;
    end if;
    for p in
        select s.*, t.keep
        from perf_internal.rollup_state as s
        join perf.retention as t on t.pipeline = s.pipeline and t.level = 'raw'
        order by s.pipeline
    loop
        -- Rows of a node that does not answer cannot be counted.
        v_pending := case
            when v_is_reachable then perf_internal.count_pending_rows(p.pipeline)
        end;
        check_name := p.pipeline || ': rollup lag';
        status := case
            when v_pending = 0 or p.last_run_at >= get_health.as_of - interval '3 minutes'
                then 'ok'
            when p.last_run_at >= get_health.as_of - interval '15 minutes' then 'warn'
            else 'fail'
        end;
        value := format(
            '%s rows wait, last run %s',
            coalesce(v_pending::text, 'unknown how many'),
            coalesce(
                to_char(p.last_run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC'), 'never'
            )
        );
        hint := case
            when status <> 'ok'
            then 'Run select perf.aggregate_performance_metrics(), and see why the schedule does not.'
        end;
        return next;
        continue when not v_is_reachable;

        select
            string_agg(
                to_char(
                    d.range_start at time zone 'UTC',
                    case
                        when d.range_end - d.range_start > interval '1 day' then 'YYYY-MM'
                        else 'YYYY-MM-DD'
                    end
                ),
                ', ' order by d.range_start
            ) filter (where d.range_end > get_health.as_of),
            bool_or(d.range_end <= get_health.as_of)
        into v_missing, v_has_strays
        from perf_internal.get_missing_ranges(p.pipeline, get_health.as_of, 2) as d;
        check_name := p.pipeline || ': partitions';
        -- Never worse than warn, because the default partition keeps rows that have no other
        -- partition.
        status := case when v_missing is null then 'ok' else 'warn' end;
        value := coalesce('missing: ' || v_missing, 'today and the next two days are there');
        hint := case when status <> 'ok' then 'Run select * from perf.ensure_partitions().' end;
        return next;

        -- There is no more to say of a pipeline in which nobody has recorded.
        continue when p.total_rows = 0 and v_pending = 0;

        check_name := p.pipeline || ': last run';
        status := 'ok';
        value := case
            when p.last_run_at is null then 'never'
            else format('%s rows in %s ms', p.last_run_rows, round(p.last_run_ms))
        end;
        hint := null;
        return next;

        check_name := p.pipeline || ': default partition';
        status := case when v_has_strays then 'warn' else 'ok' end;
        value := format(
            '%s rows have no partition of their own',
            (
                select coalesce(sum(d.row_count), 0)
                from perf_internal.get_default_ranges(p.pipeline) as d
            )
        );
        hint := case
            when status <> 'ok'
            then 'Run select * from perf.ensure_partitions() to give them one.'
        end;
        return next;

        select count(*)
        into v_overdue
        from perf_internal.raw_partitions as r
        where r.pipeline = p.pipeline
            and r.range_end <= get_health.as_of - p.keep - interval '2 days';
        check_name := p.pipeline || ': retention';
        status := case when v_overdue = 0 then 'ok' else 'warn' end;
        value := format('%s partitions of raw rows are overdue', v_overdue);
        hint := case
            when v_overdue > 0
            then 'select * from perf.cleanup_old_performance_data() says why they stay.'
        end;
        return next;
    end loop;

    select
        count(*) filter (where r.is_failed),
        max(r.started_at),
        (array_agg(r.command || ': ' || r.message order by r.started_at desc)
            filter (where r.is_failed))[1]
    into v_failed, v_last_seen, v_last_failure
    from perf_internal.get_runs(get_health.as_of - interval '1 day') as r;
    check_name := 'failed runs';
    status := case when v_failed = 0 then 'ok' else 'warn' end;
    value := format('%s in the last 24 hours', v_failed);
    hint := v_last_failure || case
        when v_last_failure like '%: connection failed'
        then '. Set cron.use_background_workers = on, or let pg_hba.conf admit pg_cron.'
        else ''
    end;
    return next;

    -- Runs of a pg_cron that lives in another database do not show here, but what they do.
    v_rolled_up := (select max(s.last_run_at) from perf_internal.rollup_state as s);
    check_name := 'schedule';
    status := case
        when coalesce(v_last_seen, v_rolled_up) >= get_health.as_of - interval '5 minutes' then 'ok'
        else 'warn'
    end;
    value := coalesce(
        'last job started ' || to_char(v_last_seen at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC'),
        'runs are not visible here; rows were last rolled up '
            || to_char(v_rolled_up at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC'),
        'no job ran in the last 24 hours'
    );
    hint := case
        when status <> 'ok' and v_last_failure like '%: connection failed'
        then 'See the failed runs.'
        when status <> 'ok'
        then 'Run perf.schedule_jobs() once with pg_cron, or keep pgkit worker running.'
    end;
    return next;

    check_name := 'trainings';
    select
        case when count(*) filter (where h.lease_expires_at <= get_health.as_of) = 0
            then 'ok' else 'warn' end,
        format(
            '%s wait, %s run, %s lost their trainer',
            count(*) filter (where h.training_status = 'pending'),
            count(*) filter (where h.lease_expires_at > get_health.as_of),
            count(*) filter (where h.lease_expires_at <= get_health.as_of)
        )
    into status, value
    from perf.model_training_history as h
    where h.training_status in ('pending', 'running');
    hint := case
        when status <> 'ok'
        then 'No trainer claims them. select * from perf.get_trainings() lists them.'
    end;
    return next;

    select r.*
    into v_run
    from perf_internal.alert_runs as r;
    v_late_since := perf_internal.get_evaluation_delay(get_health.as_of);
    check_name := 'alert evaluation';
    status := case
        when v_late_since < get_health.as_of - interval '15 minutes' then 'fail'
        when v_late_since is not null
            or v_run.problem is not null
                and v_run.last_run_at >= get_health.as_of - interval '3 minutes'
            then 'warn'
        else 'ok'
    end;
    value := case
        when v_run.last_run_at is null then 'never run'
        else format(
            '%s series in %s ms, last run %s',
            v_run.series_count,
            round(v_run.last_run_ms),
            to_char(v_run.last_run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC')
        )
    end;
    hint := case
        when status = 'ok' then null
        when v_run.problem is not null then v_run.problem
        else 'Run select * from perf.check_alert_thresholds(), and see why the schedule does not.'
    end;
    return next;

    check_name := 'alerts';
    select
        case when count(*) = 0 then 'ok' else 'warn' end,
        format(
            '%s open, %s critical', count(*), count(*) filter (where a.severity = 'critical')
        )
    into status, value
    from perf.model_alerts as a
    where not a.is_resolved;
    hint := case
        when status <> 'ok' then 'select * from perf.get_active_alerts() lists them.'
    end;
    return next;

    check_name := 'notifications';
    for p in
        select n.*
        from perf_internal.get_notification_state(get_health.as_of) as n
    loop
        status := case
            when p.oldest_waiting_at < get_health.as_of - interval '15 minutes'
                or p.failing_since < get_health.as_of - interval '15 minutes'
                then 'fail'
            when p.oldest_waiting_at < get_health.as_of - interval '2 minutes'
                or p.failing is not null
                or p.untold_count > 0
                then 'warn'
            else 'ok'
        end;
        value := concat_ws(
            ', ',
            format('%s messages wait', p.waiting_count),
            'the oldest since '
                || to_char(
                    p.oldest_waiting_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC'
                ),
            'failing: ' || p.failing,
            case
                when p.untold_count > 0 then format('%s alerts are for no receiver', p.untold_count)
            end
        );
        hint := case
            when status = 'ok' then null
            when p.failing is not null
                then 'select * from perf.get_alert_receivers() says why.'
            when p.oldest_waiting_at < get_health.as_of - interval '2 minutes'
                then 'Keep pgkit worker running: it sends them.'
            else 'Nobody is told of them. perf.set_alert_receiver() adds a receiver.'
        end;
        return next;
    end loop;
end
$$;

comment on function perf.get_health is
    'State of every pipeline, of the schedule, of trainings, of the evaluation of alert rules, of alerts and of notifications, one row a check: status ok, warn or fail, and what to do. A pipeline in which nobody has recorded has two checks. The checks look at the data, so they also find that no schedule runs. Error 42501: not an analyst.';

revoke execute on function perf.get_health from public;
grant execute on function perf.get_health
    to authenticated, service_role, perf_admin, perf_analyst;
