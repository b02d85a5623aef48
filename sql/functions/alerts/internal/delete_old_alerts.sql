-- security definer: no API role may delete these rows; the caller is checked first.
--
-- Some at a time, so that no transaction is long. It waits for nobody: rows that another session has
-- locked stay until the next call. So of two at once each deletes rows of its own, and one that is
-- killed has deleted nothing. An array, because a subquery that a join reads again would exceed its limit.
create or replace function perf_internal.delete_old_alerts(
    as_of timestamptz default now(),
    max_rows integer default 10000
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_cutoff timestamptz := delete_old_alerts.as_of
        - (
            select t.keep
            from perf.retention as t
            where t.pipeline = 'alerts'
                and t.level = 'alert_history'
        );
    v_alerts bigint;
    v_deliveries bigint;
    v_silences bigint;
begin
    perform perf_internal.require_role('admin');
    -- A later time would remove what is to be kept. The clock of a caller may be a little ahead.
    perform perf_internal.check_as_of(
        delete_old_alerts.as_of, latest => now() + interval '1 hour'
    );
    delete from perf.model_alerts as a
    where a.id = any(array(
        select o.id
        from perf.model_alerts as o
        where o.is_resolved
            and o.resolved_timestamp < v_cutoff
            -- For the index.
            and o.alert_timestamp < v_cutoff
        order by o.alert_timestamp
        limit delete_old_alerts.max_rows
        for update skip locked
    ));
    get diagnostics v_alerts = row_count;
    delete from perf_internal.alert_deliveries as d
    where d.id = any(array(
        select o.id
        from perf_internal.alert_deliveries as o
        where o.created_at < v_cutoff
            and (o.delivered_at is not null or o.gave_up_at is not null)
            -- What an alert that stays was told by stays, too: else it would be told again.
            and not exists (
                select
                from perf_internal.alert_outbox as x
                where x.delivery_id = o.id
            )
        limit delete_old_alerts.max_rows
        for update skip locked
    ));
    get diagnostics v_deliveries = row_count;
    delete from perf.alert_silences as s
    where s.id = any(array(
        select o.id
        from perf.alert_silences as o
        where o.ends_at < v_cutoff
        limit delete_old_alerts.max_rows
        for update skip locked
    ));
    get diagnostics v_silences = row_count;
    if v_alerts + v_deliveries + v_silences > 0 then
        update perf.retention as t
        set deleted_before = greatest(t.deleted_before, v_cutoff)
        where (t.pipeline, t.level) in (
            select o.pipeline, o.level
            from perf.retention as o
            where o.pipeline = 'alerts'
                and o.level = 'alert_history'
            for update skip locked
        );
    end if;
    return v_alerts + v_deliveries + v_silences;
end
$$;

comment on function perf_internal.delete_old_alerts is
    'Deletes alerts with their events, messages and silences that were over before perf.retention keeps alert_history, up to max_rows of each; returns how many, to be called until that is 0. The daily job cleanup does. What is open or waits for a receiver stays. Errors: 22023 bad as_of, 42501 not an admin.';

revoke execute on function perf_internal.delete_old_alerts from public;
grant execute on function perf_internal.delete_old_alerts
    to authenticated, service_role, perf_admin;
