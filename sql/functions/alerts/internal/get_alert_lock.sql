create or replace function perf_internal.get_alert_lock(
    alert_type text,
    rule_id bigint,
    labels jsonb
)
returns integer
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select hashtext(
        concat_ws(' ', get_alert_lock.alert_type, get_alert_lock.rule_id, get_alert_lock.labels)
    ) & 255;
$$;

comment on function perf_internal.get_alert_lock is
    'The row of perf_internal.alert_locks that whoever opens the alert of a series holds. Series share them.';

revoke execute on function perf_internal.get_alert_lock from public;
