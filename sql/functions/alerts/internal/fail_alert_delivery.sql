-- security definer: perf_notifier may not write messages itself; its role is checked first.
--
-- The time between attempts doubles from 5 seconds to 5 minutes. A random half of it spreads the
-- attempts of many messages. A receiver that asks for more time gets it, at most an hour, because the
-- alert may be urgent.
create or replace function perf_internal.fail_alert_delivery(
    delivery_id uuid,
    attempt_count integer,
    error text,
    retry_after interval default null,
    as_of timestamptz default now()
)
returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_delivery perf_internal.alert_deliveries;
    v_backoff interval;
    v_repeat_interval interval;
begin
    perform perf_internal.require_notifier();
    perform perf_internal.check_as_of(fail_alert_delivery.as_of);
    select d.*
    into v_delivery
    from perf_internal.alert_deliveries as d
    where d.id = fail_alert_delivery.delivery_id
        and d.attempt_count = fail_alert_delivery.attempt_count
        and d.delivered_at is null
        and d.gave_up_at is null
    for no key update;
    if not found then
        return null;
    elsif v_delivery.lease_expires_at is null then
        return v_delivery.next_attempt_at;
    end if;
    v_backoff := least(
        interval '5 seconds' * 2 ^ least(v_delivery.attempt_count - 1, 10), interval '5 minutes'
    ) * (0.5 + random() / 2);
    v_delivery.next_attempt_at := fail_alert_delivery.as_of
        + greatest(
            v_backoff,
            least(coalesce(fail_alert_delivery.retry_after, interval '0'), interval '1 hour')
        );
    if fail_alert_delivery.as_of >= v_delivery.created_at + interval '3 days' then
        v_delivery.gave_up_at := fail_alert_delivery.as_of;
        select r.repeat_interval
        into v_repeat_interval
        from perf.alert_receivers as r
        where r.id = v_delivery.receiver_id;
    end if;
    update perf_internal.alert_deliveries as d
    set lease_expires_at = null,
        next_attempt_at = v_delivery.next_attempt_at,
        gave_up_at = v_delivery.gave_up_at,
        repeat_after = case
            when d.payload -> 'is_test' = 'false' and d.payload ->> 'status' = 'firing'
            then v_delivery.gave_up_at + v_repeat_interval
        end,
        last_error = (
            select left(
                coalesce(
                    nullif(
                        btrim(
                            perf_internal.redact_error(
                                fail_alert_delivery.error, s.address, s.headers
                            )
                        ),
                        ''
                    ),
                    'no error was given'
                ),
                1000
            )
            from perf_internal.receiver_addresses as s
            where s.receiver_id = d.receiver_id
        )
    where d.id = v_delivery.id;
    return case when v_delivery.gave_up_at is null then v_delivery.next_attempt_at end;
end
$$;

comment on function perf_internal.fail_alert_delivery is
    'See perf.fail_alert_delivery(). as_of is when it failed.';

revoke execute on function perf_internal.fail_alert_delivery from public;
grant execute on function perf_internal.fail_alert_delivery to perf_notifier;
