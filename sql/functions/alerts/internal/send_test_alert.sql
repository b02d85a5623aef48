-- security definer: no API role may write messages; the role is checked first.
--
-- A receiver has one test message at a time that is not delivered. Of two calls at once the second waits
-- for the first and returns the same. A session that deletes or tests the receiver may be idle in its
-- transaction for long: then this gives up.
create or replace function perf_internal.send_test_alert(
    receiver_name text,
    as_of timestamptz default now()
)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
    v_id uuid := gen_random_uuid();
    v_receiver perf.alert_receivers;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(send_test_alert.as_of);
    select r.*
    into v_receiver
    from perf.alert_receivers as r
    where r.receiver_name = btrim(send_test_alert.receiver_name)
    for key share;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no receiver '
                || perf_internal.quote_value(send_test_alert.receiver_name),
            hint = 'perf.get_alert_receivers() lists them.';
    elsif not v_receiver.enabled then
        raise exception using
            errcode = 'PT409',
            message = format(
                'receiver %s is disabled', perf_internal.quote_value(v_receiver.receiver_name)
            ),
            hint = 'perf.set_alert_receiver() with enabled => true enables it.';
    end if;
    insert into perf_internal.alert_deliveries as d (
        id, receiver_id, group_labels, payload, created_at, next_attempt_at
    )
    values (
        v_id,
        v_receiver.id,
        -- No label is a boolean, so no group of alerts has these.
        '{"is_test": true}',
        jsonb_build_object(
            'version', 1,
            'delivery_id', v_id,
            'receiver', v_receiver.receiver_name,
            'status', 'firing',
            'is_test', true,
            'group_labels', '{}'::jsonb,
            'alert_count', 1,
            'alerts', jsonb_build_array(
                jsonb_build_object(
                    'alert_id', null,
                    'alert_type', 'test',
                    'status', 'firing',
                    'severity', 'info',
                    'message', format(
                        'This is a test of the receiver %s. Nothing is wrong.',
                        v_receiver.receiver_name
                    ),
                    'labels', jsonb_build_object('alert_type', 'test', 'severity', 'info'),
                    'details', '{}'::jsonb,
                    'starts_at', send_test_alert.as_of,
                    'ends_at', null,
                    'last_seen_at', send_test_alert.as_of,
                    'description', null,
                    'runbook_url', null,
                    'acknowledged_by', null,
                    'acknowledgement_note', null,
                    'resolved_by', null,
                    'resolution_note', null,
                    'auto_action_taken', null,
                    'events', jsonb_build_array('opened'),
                    'is_repeat', false
                )
            )
        ),
        send_test_alert.as_of,
        send_test_alert.as_of
    )
    on conflict (receiver_id, group_labels)
        where delivered_at is null and gave_up_at is null
        do update
    set next_attempt_at = case
        when d.lease_expires_at is null then excluded.next_attempt_at
        else d.next_attempt_at
    end
    returning d.id into v_id;
    -- Wakes the worker.
    if current_setting('perf.notify_alerts', true) is distinct from 'off' then
        perform pg_notify('perf_alerts', jsonb_build_object('delivery_id', v_id)::text);
    end if;
    return v_id;
exception
    when lock_not_available then
        raise exception using
            errcode = 'PT409',
            message = 'another session changes or tests receiver '
                || perf_internal.quote_value(btrim(send_test_alert.receiver_name)),
            hint = 'Try again. A session that stays in a transaction shows in pg_stat_activity.';
end
$$;

comment on function perf_internal.send_test_alert is
    'See perf.send_test_alert(). as_of is when it is asked for.';

revoke execute on function perf_internal.send_test_alert from public;
grant execute on function perf_internal.send_test_alert to authenticated, service_role, perf_admin;
