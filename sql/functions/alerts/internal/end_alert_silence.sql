-- security definer: callers may not write silences themselves; their role is checked first.
--
-- Of two at once the second waits for the first, and finds the silence ended.
create or replace function perf_internal.end_alert_silence(
    silence_id bigint,
    as_of timestamptz default now()
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(end_alert_silence.as_of);
    update perf.alert_silences as s
    set ends_at = greatest(s.starts_at, end_alert_silence.as_of),
        ended_by = perf_internal.get_caller_name()
    where s.id = end_alert_silence.silence_id
        and s.ends_at > end_alert_silence.as_of
        and s.ended_by is null;
    if found then
        return true;
    elsif not exists (
        select
        from perf.alert_silences as s
        where s.id = end_alert_silence.silence_id
    ) then
        raise exception using
            errcode = 'PT404',
            message = 'there is no silence ' || coalesce(end_alert_silence.silence_id::text, 'null'),
            hint = 'perf.get_alert_silences() lists those that are not over.';
    end if;
    return false;
end
$$;

comment on function perf_internal.end_alert_silence is
    'See perf.end_alert_silence(). as_of is when it ends.';

revoke execute on function perf_internal.end_alert_silence from public;
grant execute on function perf_internal.end_alert_silence
    to authenticated, service_role, perf_admin;
