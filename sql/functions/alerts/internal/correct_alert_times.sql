-- Times come from the clock of the server. What a clock wrote that ran ahead would wait for that time after
-- the clock was set back, for years perhaps. Such times can be told: group_wait, leases and retry_after are
-- an hour at most, and a repeat comes repeat_interval after a message. A second hour leaves room for callers
-- whose as_of is a little earlier. The worker that has a corrected message may send it, too: both show the
-- same id.
--
-- Rows that another session has locked are left to the next claim.
create or replace function perf_internal.correct_alert_times(as_of timestamptz default now())
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_latest timestamptz := correct_alert_times.as_of + interval '2 hours';
    v_count bigint := 0;
    v_corrected bigint;
begin
    if exists (
        select
        from perf_internal.alert_outbox as o
        where o.delivery_id is null
            and o.dropped_at is null
            and o.deliver_after > v_latest
    )
    then
        update perf_internal.alert_outbox as o
        set deliver_after = correct_alert_times.as_of
        from (
            select w.event_id, w.receiver_id
            from perf_internal.alert_outbox as w
            where w.delivery_id is null
                and w.dropped_at is null
                and w.deliver_after > v_latest
            for no key update skip locked
        ) as l
        where o.event_id = l.event_id
            and o.receiver_id = l.receiver_id;
        get diagnostics v_corrected = row_count;
        v_count := v_count + v_corrected;
    end if;
    if exists (
        select
        from perf_internal.alert_deliveries as d
        where d.delivered_at is null
            and d.gave_up_at is null
            and greatest(d.next_attempt_at, d.created_at) > v_latest
    )
    then
        update perf_internal.alert_deliveries as d
        -- Three days after created_at it is given up.
        set created_at = least(d.created_at, correct_alert_times.as_of),
            next_attempt_at = case
                when d.next_attempt_at > v_latest then correct_alert_times.as_of
                else d.next_attempt_at
            end,
            lease_expires_at = case
                when d.next_attempt_at <= v_latest then d.lease_expires_at
            end
        from (
            select w.id
            from perf_internal.alert_deliveries as w
            where w.delivered_at is null
                and w.gave_up_at is null
                and greatest(w.next_attempt_at, w.created_at) > v_latest
            for no key update skip locked
        ) as l
        where d.id = l.id;
        get diagnostics v_corrected = row_count;
        v_count := v_count + v_corrected;
    end if;
    if exists (
        select
        from perf_internal.alert_deliveries as d
        join perf.alert_receivers as r on r.id = d.receiver_id
        where d.repeat_after > v_latest
            and d.repeat_after > v_latest + r.repeat_interval
    )
    then
        update perf_internal.alert_deliveries as d
        set repeat_after = correct_alert_times.as_of + l.repeat_interval
        from (
            select w.id, r.repeat_interval
            from perf_internal.alert_deliveries as w
            join perf.alert_receivers as r on r.id = w.receiver_id
            where w.repeat_after > v_latest
                and w.repeat_after > v_latest + r.repeat_interval
            for no key update of w skip locked
        ) as l
        where d.id = l.id;
        get diagnostics v_corrected = row_count;
        v_count := v_count + v_corrected;
    end if;
    return v_count;
end
$$;

comment on function perf_internal.correct_alert_times is
    'Lets messages be due now, and repeats after repeat_interval, whose time is further off than any can be: the clock ran ahead when they were written. Returns how many it changed.';

revoke execute on function perf_internal.correct_alert_times from public;
