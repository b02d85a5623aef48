create or replace function perf_internal.check_alert_id(alert_id bigint)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select
        from perf.model_alerts as a
        where a.id = check_alert_id.alert_id
    ) then
        raise exception using
            errcode = 'PT404',
            message = 'there is no alert ' || coalesce(check_alert_id.alert_id::text, 'null'),
            hint = 'perf.get_active_alerts() lists those that are open.';
    end if;
end
$$;

comment on function perf_internal.check_alert_id is 'Refuses (PT404) a key that no alert has.';

revoke execute on function perf_internal.check_alert_id from public;
