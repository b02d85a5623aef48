-- security definer: perf_notifier may read neither alerts nor addresses; its role is checked first.
--
-- Messages are made and leased in one transaction, so one that is killed has changed nothing. Of two
-- sessions that claim at once each works for other receivers, because each locks its receivers and skips
-- those that are locked. A session that ends after its claim keeps its messages until their leases are over.
--
-- A claim that finds nothing to do locks and writes nothing.
create or replace function perf_internal.claim_alert_deliveries(
    worker text,
    lease interval default '1 minute',
    max_deliveries integer default 100,
    as_of timestamptz default now()
)
returns table (
    delivery_id uuid,
    receiver_name text,
    kind text,
    address text,
    headers jsonb,
    timeout interval,
    attempt_count integer,
    payload jsonb
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_problem text;
    v_is_due boolean := false;
    v_muted_ids bigint[] := array[]::bigint[];
    v_candidate_ids bigint[];
    v_receiver_ids bigint[] := array[]::bigint[];
    v_receiver perf.alert_receivers;
    v_lock_timeout text := current_setting('lock_timeout');
begin
    perform perf_internal.require_notifier();
    perform perf_internal.check_as_of(claim_alert_deliveries.as_of);
    v_problem := case
        when claim_alert_deliveries.lease
            between interval '1 second' and interval '1 hour' is not true
            then 'lease must be between 1 second and 1 hour, got '
                || coalesce(claim_alert_deliveries.lease::text, 'null')
        when claim_alert_deliveries.max_deliveries between 1 and 1000 is not true
            then 'max_deliveries must be between 1 and 1000, got '
                || coalesce(claim_alert_deliveries.max_deliveries::text, 'null')
        else perf_internal.get_name_problem('worker', claim_alert_deliveries.worker, 200)
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    -- Messages must go out whatever becomes of it.
    begin
        perform set_config('lock_timeout', '200ms', true);
        perform perf_internal.watch_schedule(claim_alert_deliveries.as_of);
    exception
        when others then
            raise log using
                message = 'perf_internal.claim_alert_deliveries() leaves out the schedule: ' || sqlerrm;
    end;
    perform set_config('lock_timeout', v_lock_timeout, true);
    perform perf_internal.correct_alert_times(claim_alert_deliveries.as_of);
    -- Which alerts are muted is asked only where something is due that no earlier message holds up.
    if exists (
        select
        from perf_internal.alert_outbox as o
        where o.delivery_id is null
            and o.dropped_at is null
            and o.deliver_after <= claim_alert_deliveries.as_of
            and not exists (
                select
                from perf_internal.alert_deliveries as d
                where d.receiver_id = o.receiver_id
                    and d.group_labels = o.group_labels
                    and d.delivered_at is null
                    and d.gave_up_at is null
            )
    )
    then
        v_is_due := true;
    end if;
    if v_is_due or exists (
        select
        from perf_internal.alert_deliveries as d
        where d.repeat_after <= claim_alert_deliveries.as_of
    )
    then
        v_muted_ids := array(
            select distinct m.alert_id
            from perf_internal.get_alert_mutes(claim_alert_deliveries.as_of) as m
        );
    end if;
    v_candidate_ids := array(
        select d.receiver_id
        from perf_internal.alert_deliveries as d
        where d.delivered_at is null
            and d.gave_up_at is null
            and d.next_attempt_at <= claim_alert_deliveries.as_of
        union
        select d.receiver_id
        from perf_internal.alert_deliveries as d
        where d.repeat_after <= claim_alert_deliveries.as_of
        union
        select o.receiver_id
        from perf_internal.alert_outbox as o
        join perf.alert_events as e on e.id = o.event_id
        where v_is_due
            and o.delivery_id is null
            and o.dropped_at is null
            and o.deliver_after <= claim_alert_deliveries.as_of
            and e.alert_id <> all (v_muted_ids)
            and not exists (
                select
                from perf_internal.alert_deliveries as d
                where d.receiver_id = o.receiver_id
                    and d.group_labels = o.group_labels
                    and d.delivered_at is null
                    and d.gave_up_at is null
            )
    );
    if v_candidate_ids = '{}' then
        return;
    end if;
    for v_receiver in
        select r.*
        from perf.alert_receivers as r
        join perf_internal.receiver_addresses as s on s.receiver_id = r.id
        where r.id = any (v_candidate_ids)
            and r.enabled
        order by r.id
        for no key update of r skip locked
    loop
        perform perf_internal.form_alert_deliveries(
            v_receiver, v_muted_ids, claim_alert_deliveries.as_of
        );
        v_receiver_ids := v_receiver_ids || v_receiver.id;
    end loop;
    return query
    with due as materialized (
        select
            d.id,
            d.next_attempt_at,
            row_number() over (
                partition by r.id order by d.next_attempt_at, d.id
            ) as place
        from unnest(v_receiver_ids) as r (id)
        -- A receiver that is slow or hangs has at most 10 messages out, so it takes no place from others.
        cross join lateral (
            select count(*) as out_count
            from perf_internal.alert_deliveries as d
            where d.receiver_id = r.id
                and d.lease_expires_at > claim_alert_deliveries.as_of
        ) as l
        cross join lateral (
            select d.id, d.next_attempt_at
            from perf_internal.alert_deliveries as d
            where d.receiver_id = r.id
                and d.delivered_at is null
                and d.gave_up_at is null
                and d.next_attempt_at <= claim_alert_deliveries.as_of
            order by d.next_attempt_at
            limit greatest(10 - l.out_count, 0)
        ) as d
    ),
    chosen as materialized (
        select d.id
        from due as d
        order by d.place, d.next_attempt_at, d.id
        limit claim_alert_deliveries.max_deliveries
    ),
    locked as materialized (
        select d.id
        from perf_internal.alert_deliveries as d
        join chosen as c on c.id = d.id
        where d.delivered_at is null
            and d.gave_up_at is null
            and d.next_attempt_at <= claim_alert_deliveries.as_of
        for no key update of d skip locked
    ),
    leased as (
        update perf_internal.alert_deliveries as d
        set attempt_count = d.attempt_count + 1,
            claimed_by = btrim(claim_alert_deliveries.worker),
            lease_expires_at = claim_alert_deliveries.as_of + claim_alert_deliveries.lease,
            next_attempt_at = claim_alert_deliveries.as_of + claim_alert_deliveries.lease
        from locked as l
        where d.id = l.id
        returning d.*
    )
    select
        l.id,
        r.receiver_name,
        r.kind,
        s.address,
        s.headers,
        r.timeout,
        l.attempt_count,
        l.payload
    from leased as l
    join perf.alert_receivers as r on r.id = l.receiver_id
    join perf_internal.receiver_addresses as s on s.receiver_id = l.receiver_id
    join due as d on d.id = l.id
    order by d.place, d.next_attempt_at, d.id;
end
$$;

comment on function perf_internal.claim_alert_deliveries is
    'See perf.claim_alert_deliveries(). as_of is when they are claimed.';

revoke execute on function perf_internal.claim_alert_deliveries from public;
grant execute on function perf_internal.claim_alert_deliveries to perf_notifier;
