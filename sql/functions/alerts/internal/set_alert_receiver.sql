-- security definer: no API role may write receivers or read addresses; the role is checked first.
--
-- The lock waits for sessions that change alerts, and they for it. So an alert that opens at the same time
-- is either seen here, or sees the new receiver. Of two calls at once the second waits for the first. A
-- session that recorded a job beyond a threshold may be idle in its transaction for long: then this
-- gives up, because others that change alerts wait behind it.
--
-- An admin may set an address but not read one. Headers would reach whoever has the new address, so they
-- are not kept when it has another host.
create or replace function perf_internal.set_alert_receiver(
    receiver_name text,
    kind text,
    address text default null,
    matcher jsonb default '{}',
    minimum_severity text default 'warning',
    group_by text[] default '{alert_type}',
    group_wait interval default '0',
    repeat_interval interval default '4 hours',
    send_resolved boolean default true,
    headers jsonb default null,
    timeout interval default '10 seconds',
    enabled boolean default true,
    as_of timestamptz default now()
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
    v_name text := btrim(set_alert_receiver.receiver_name);
    v_headers jsonb := nullif(set_alert_receiver.headers, 'null');
    v_address text;
    v_old perf.alert_receivers;
    v_old_address perf_internal.receiver_addresses;
    v_new perf.alert_receivers;
    v_problem text;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(set_alert_receiver.as_of);
    perform perf_internal.check_matcher('matcher', set_alert_receiver.matcher);
    v_problem := coalesce(
        perf_internal.get_name_problem('receiver_name', v_name, 200),
        case
            when set_alert_receiver.minimum_severity in ('info', 'warning', 'critical') is not true
                then 'minimum_severity must be info, warning or critical, got '
                    || perf_internal.quote_value(set_alert_receiver.minimum_severity)
            when set_alert_receiver.group_by is null
                or cardinality(set_alert_receiver.group_by) > 20
                or array_ndims(set_alert_receiver.group_by) > 1
                or array_position(set_alert_receiver.group_by, null) is not null
                then 'group_by must be a list of at most 20 names of labels'
            else (
                select min(perf_internal.get_name_problem('group_by', g.name, 200))
                from unnest(set_alert_receiver.group_by) as g (name)
            )
        end
    );
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    lock table perf.alert_events in share row exclusive mode;
    select r.*
    into v_old
    from perf.alert_receivers as r
    where r.receiver_name = v_name
    for no key update;
    select s.*
    into v_old_address
    from perf_internal.receiver_addresses as s
    where s.receiver_id = v_old.id;
    v_address := coalesce(btrim(set_alert_receiver.address), v_old_address.address);
    v_headers := coalesce(v_headers, v_old_address.headers, '{}');
    v_problem := case
        when v_address is null
            then 'address must be given for a new receiver'
        when set_alert_receiver.headers is null
            and v_headers <> '{}'
            and lower(substring(v_address from '^(env:.*|[^:]*://[^/?#]*)'))
                is distinct from
                lower(substring(v_old_address.address from '^(env:.*|[^:]*://[^/?#]*)'))
            then 'headers must be given with an address of another host: those that are kept may be secret'
        else perf_internal.get_receiver_problem(set_alert_receiver.kind, v_address, v_headers)
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'null keeps the address and the headers that there are; {} is no headers.';
    end if;
    insert into perf.alert_receivers as r (
        receiver_name, kind, matcher, minimum_severity, group_by, group_wait, repeat_interval,
        send_resolved, timeout, enabled, created_by, created_at, updated_at
    )
    values (
        v_name,
        set_alert_receiver.kind,
        set_alert_receiver.matcher,
        set_alert_receiver.minimum_severity,
        set_alert_receiver.group_by,
        set_alert_receiver.group_wait,
        set_alert_receiver.repeat_interval,
        set_alert_receiver.send_resolved,
        set_alert_receiver.timeout,
        set_alert_receiver.enabled,
        perf_internal.get_caller_name(),
        set_alert_receiver.as_of,
        set_alert_receiver.as_of
    )
    on conflict (receiver_name) do update
    set kind = excluded.kind,
        matcher = excluded.matcher,
        minimum_severity = excluded.minimum_severity,
        group_by = excluded.group_by,
        group_wait = excluded.group_wait,
        repeat_interval = excluded.repeat_interval,
        send_resolved = excluded.send_resolved,
        timeout = excluded.timeout,
        enabled = excluded.enabled,
        updated_at = excluded.updated_at
    returning r.* into v_new;
    insert into perf_internal.receiver_addresses as s (receiver_id, address, headers)
    values (v_new.id, v_address, v_headers)
    on conflict (receiver_id) do update
    set address = excluded.address,
        headers = excluded.headers
    where (s.address, s.headers) is distinct from (excluded.address, excluded.headers);
    perform perf_internal.requeue_alerts(
        v_new,
        (v_address, v_headers, v_new.kind)
            is distinct from (v_old_address.address, v_old_address.headers, v_old.kind),
        v_old.enabled is false,
        set_alert_receiver.as_of
    );
    return v_new.id;
exception
    when lock_not_available then
        raise exception using
            errcode = 'PT409',
            message = 'sessions that change alerts keep receivers as they are',
            hint = 'Try again. A session that stays in a transaction shows in pg_stat_activity.';
end
$$;

comment on function perf_internal.set_alert_receiver is
    'See perf.set_alert_receiver(). as_of is when it is changed.';

revoke execute on function perf_internal.set_alert_receiver from public;
grant execute on function perf_internal.set_alert_receiver
    to authenticated, service_role, perf_admin;
