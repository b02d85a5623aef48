create or replace function perf.get_health(as_of timestamptz default now())
returns table (check_name text, status text, value text, hint text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_state perf_internal.rollup_state;
    v_pending bigint;
    v_failed bigint;
    v_last_failure text;
    v_last_seen timestamptz;
    v_missing date[];
    v_stray bigint;
    v_overdue bigint;
begin
    perform perf_internal.require_role('analyst', 'admin');
    perform perf_internal.check_as_of(get_health.as_of);
    select s.* into v_state from perf_internal.rollup_state as s where s.pipeline = 'calls';
    select coalesce(sum(c.call_count), 0)
    into v_pending
    from perf_internal.summarize_calls(is_pending => true) as c;

    check_name := 'rollup lag';
    status := case
        when v_pending = 0 or v_state.last_run_at >= get_health.as_of - interval '3 minutes'
            then 'ok'
        when v_state.last_run_at >= get_health.as_of - interval '15 minutes' then 'warn'
        else 'fail'
    end;
    value := format(
        '%s calls wait, last run %s',
        v_pending,
        coalesce(
            to_char(v_state.last_run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC'), 'never'
        )
    );
    hint := case
        when status <> 'ok'
        then 'Run select perf.aggregate_performance_metrics(), and see why the schedule does not.'
    end;
    return next;

    check_name := 'last run';
    status := 'ok';
    value := case
        when v_state.last_run_at is null then 'never'
        else format('%s calls in %s ms', v_state.last_run_calls, round(v_state.last_run_ms))
    end;
    hint := null;
    return next;

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
    hint := v_last_failure;
    return next;

    check_name := 'schedule';
    status := case
        when v_last_seen >= get_health.as_of - interval '5 minutes' then 'ok'
        else 'warn'
    end;
    value := coalesce(
        'last job started ' || to_char(v_last_seen at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC'),
        'no job ran in the last 24 hours'
    );
    hint := case
        when status <> 'ok'
        then 'Run perf.schedule_jobs() once with pg_cron, or keep pgkit worker running.'
    end;
    return next;

    select coalesce(array_agg(d.day order by d.day), '{}')
    into v_missing
    from perf_internal.get_missing_days(get_health.as_of, 2) as d
    where d.day >= (get_health.as_of at time zone 'UTC')::date;
    check_name := 'partitions';
    -- Never worse than warn: the default partition keeps what has no other.
    status := case cardinality(v_missing) when 0 then 'ok' else 'warn' end;
    value := case
        when v_missing = '{}' then 'today and the next two days are there'
        else 'missing: ' || array_to_string(v_missing, ', ')
    end;
    hint := case when status <> 'ok' then 'Run select * from perf.ensure_partitions().' end;
    return next;

    v_stray := perf_internal.count_default_calls();
    check_name := 'default partition';
    status := 'ok';
    value := format('%s calls outside every daily partition', v_stray);
    hint := null;
    if exists (
        select 1
        from perf_internal.get_missing_days(get_health.as_of, 0) as d
        where d.day < (get_health.as_of at time zone 'UTC')::date
    ) then
        status := 'warn';
        hint := 'Run select * from perf.ensure_partitions() to give them one.';
    end if;
    return next;

    select count(*)
    into v_overdue
    from perf_internal.raw_partitions as p
    cross join perf.retention as t
    where t.level = 'raw'
        and p.day < ((get_health.as_of - t.keep - interval '2 days') at time zone 'UTC')::date;
    check_name := 'retention';
    status := case when v_overdue = 0 then 'ok' else 'warn' end;
    value := format('%s days of raw calls are overdue', v_overdue);
    hint := case
        when v_overdue > 0
        then 'select * from perf.cleanup_old_performance_data() says why they stay.'
    end;
    return next;
end
$$;

comment on function perf.get_health is
    'State of the rollup, one row a check: status ok, warn or fail, and what to do. Computed from the data, so that a dead scheduler shows.';

revoke execute on function perf.get_health from public;
grant execute on function perf.get_health
    to authenticated, service_role, perf_admin, perf_analyst;
