create or replace function perf_internal.get_alert_group(group_by text[], labels jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(jsonb_object_agg(g.name, get_alert_group.labels -> g.name), '{}')
    from unnest(get_alert_group.group_by) as g (name)
    where get_alert_group.labels ? g.name;
$$;

comment on function perf_internal.get_alert_group is
    'The labels of group_by that an alert has, with their values. Alerts with the same go in one message.';

revoke execute on function perf_internal.get_alert_group from public;
