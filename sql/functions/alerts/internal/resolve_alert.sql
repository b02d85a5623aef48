-- security definer: callers may not write alerts themselves; their role is checked first.
create or replace function perf_internal.resolve_alert(
    alert_id bigint,
    note text default null,
    as_of timestamptz default now()
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(resolve_alert.as_of);
    if resolve_alert.note is not null then
        v_problem := perf_internal.get_name_problem('note', resolve_alert.note, 1000);
    end if;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    update perf.model_alerts as a
    set is_resolved = true,
        resolved_timestamp = greatest(resolve_alert.as_of, a.alert_timestamp),
        resolved_by = perf_internal.get_caller_name(),
        resolution_note = btrim(resolve_alert.note)
    where a.id = resolve_alert.alert_id
        and not a.is_resolved;
    if found then
        return true;
    elsif not exists (
        select
        from perf.model_alerts as a
        where a.id = resolve_alert.alert_id
    ) then
        raise exception using
            errcode = 'PT404',
            message = 'there is no alert ' || coalesce(resolve_alert.alert_id::text, 'null'),
            hint = 'perf.get_active_alerts() lists those that are open.';
    end if;
    return false;
end
$$;

comment on function perf_internal.resolve_alert is
    'See perf.resolve_alert(). as_of is when it is resolved.';

revoke execute on function perf_internal.resolve_alert from public;
grant execute on function perf_internal.resolve_alert to authenticated, service_role, perf_admin;
