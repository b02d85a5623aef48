-- The foreign keys refuse it too. This trigger says what to do instead. It does not look at metrics that a
-- migration deletes and adds again: those are not named ones, and their foreign key is deferred.
create or replace function perf_internal.keep_watched_subjects()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Tables differ in their columns.
    v_old constant jsonb := to_jsonb(old);
    v_name constant text := coalesce(v_old ->> 'metric', v_old ->> 'name');
    -- Those of failed and successful rows go with a metric.
    v_metrics constant text[] := array(
        select m.metric
        from perf.metrics as m
        where m.metric = v_old ->> 'metric'
            or m.base_metric = v_old ->> 'metric'
    );
    v_thresholds text;
    v_objectives text;
begin
    select string_agg(t.id::text, ', ' order by t.id)
    into v_thresholds
    from perf.performance_alert_thresholds as t
    where t.metric_name = any(v_metrics)
        or (tg_table_name = 'workflows' and t.workflow_id = (v_old ->> 'id')::bigint)
        or (tg_table_name = 'workers' and t.worker_id = (v_old ->> 'id')::bigint);
    select string_agg(perf_internal.quote_value(o.objective_name), ', ' order by o.id)
    into v_objectives
    from perf.slo_objectives as o
    where o.metric_name = any(v_metrics);
    if v_thresholds is not null or v_objectives is not null then
        raise exception using
            errcode = 'restrict_violation',
            message = format(
                '%s %s is watched by %s',
                left(tg_table_name, -1),
                perf_internal.quote_value(v_name),
                concat_ws(
                    ' and ',
                    'alert threshold ' || v_thresholds,
                    'objective ' || v_objectives
                )
            ),
            hint = concat_ws(
                ' ',
                case
                    when v_thresholds is not null
                    then 'perf.delete_alert_threshold(id) deletes a threshold.'
                end,
                case
                    when v_objectives is not null
                    then 'perf.delete_slo_objective(name) deletes an objective.'
                end
            );
    end if;
    return old;
end
$$;

comment on function perf_internal.keep_watched_subjects is
    'Trigger: refuses (23001) to delete a named metric, a workflow or a worker that alert thresholds or objectives refer to.';

revoke execute on function perf_internal.keep_watched_subjects from public;

create or replace trigger keep_watched_subjects
    before delete on perf.metrics
    for each row
    when (old.kind = 'named')
    execute function perf_internal.keep_watched_subjects();

create or replace trigger keep_watched_subjects
    before delete on perf.workflows
    for each row execute function perf_internal.keep_watched_subjects();

create or replace trigger keep_watched_subjects
    before delete on perf.workers
    for each row execute function perf_internal.keep_watched_subjects();
