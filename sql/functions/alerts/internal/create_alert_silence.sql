-- security definer: callers may not write silences themselves; their role is checked first.
--
-- Of two at once both are made; alerts are told again when the last one ends.
create or replace function perf_internal.create_alert_silence(
    matcher jsonb,
    ends_at timestamptz,
    reason text,
    starts_at timestamptz default now(),
    as_of timestamptz default now()
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
    v_starts_at timestamptz;
    v_id bigint;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(create_alert_silence.as_of);
    perform perf_internal.check_matcher('matcher', create_alert_silence.matcher);
    if create_alert_silence.matcher = '{}' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'matcher must name a label, got {}, which would silence every alert',
            hint = 'If you mean that: {"severity": ["info", "warning", "critical"]}.';
    end if;
    -- It cannot hold before it is made, so the past means now.
    v_starts_at := greatest(create_alert_silence.starts_at, create_alert_silence.as_of);
    v_problem := case
        when perf_internal.get_name_problem('reason', create_alert_silence.reason, 1000) is not null
            then perf_internal.get_name_problem('reason', create_alert_silence.reason, 1000)
        when create_alert_silence.starts_at is null
            or not isfinite(create_alert_silence.starts_at)
            then 'starts_at must be a point in time, got '
                || coalesce(create_alert_silence.starts_at::text, 'null')
        when create_alert_silence.ends_at is null
            or not isfinite(create_alert_silence.ends_at)
            then 'ends_at must be a point in time, got '
                || coalesce(create_alert_silence.ends_at::text, 'null')
        when create_alert_silence.ends_at <= create_alert_silence.as_of
            then format('ends_at must be in the future, got %s', create_alert_silence.ends_at)
        when create_alert_silence.ends_at <= v_starts_at
            then format(
                'ends_at must be after starts_at, got %s and %s',
                create_alert_silence.ends_at,
                v_starts_at
            )
        when create_alert_silence.ends_at - interval '1 year' > v_starts_at
            then format(
                'ends_at must be at most a year after starts_at, got %s and %s',
                create_alert_silence.ends_at,
                v_starts_at
            )
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = case
                when v_problem like '%at most a year%'
                then 'A rule of which nobody wants to hear is disabled with perf.set_alert_threshold_enabled().'
                else 'A silence has an end in the future, and a reason for those who wonder.'
            end;
    end if;
    insert into perf.alert_silences as s (
        matcher, starts_at, ends_at, reason, created_by, created_at
    )
    values (
        create_alert_silence.matcher,
        v_starts_at,
        create_alert_silence.ends_at,
        btrim(create_alert_silence.reason),
        perf_internal.get_caller_name(),
        create_alert_silence.as_of
    )
    returning s.id into v_id;
    return v_id;
end
$$;

comment on function perf_internal.create_alert_silence is
    'See perf.create_alert_silence(). as_of is when it is made.';

revoke execute on function perf_internal.create_alert_silence from public;
grant execute on function perf_internal.create_alert_silence
    to authenticated, service_role, perf_admin;
