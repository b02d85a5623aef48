-- security definer: an admin who may write objectives may not read all profiles for created_by.
--
-- Checks are here and not in perf.set_slo_objective(), so that plain writes behave the same. What
-- constraints refuse as well is refused here first, because their message would show the whole row.
create or replace function perf_internal.prepare_slo_objective()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_metric perf.metrics;
    v_problem text;
    v_hint text;
begin
    -- A policy would refuse the row only after this trigger has said what is wrong with it.
    perform perf_internal.require_role('admin');
    new.objective_name := btrim(new.objective_name);
    new.description := nullif(btrim(new.description), '');
    new.runbook_url := nullif(btrim(new.runbook_url), '');
    v_problem := coalesce(
        perf_internal.get_name_problem('objective_name', new.objective_name, 200),
        case
            when not coalesce(new.target > 0 and new.target < 1, false)
            then 'target must be a share above 0 and below 1, got '
                || coalesce(new.target::text, 'null')
        end,
        case
            when new.faster_than <= 0 or new.faster_than >= 'Infinity'
            then 'faster_than must be a number above 0, got ' || new.faster_than
        end,
        case
            when not coalesce(
                new.time_window between interval '1 day' and interval '90 days', false
            )
            then 'time_window must be between 1 day and 90 days, got '
                || perf_internal.quote_value(new.time_window::text)
        end,
        case
            when not coalesce(new.minimum_sample >= 1, false)
            then 'minimum_sample must be at least 1, got '
                || coalesce(new.minimum_sample::text, 'null')
        end,
        case
            when new.enabled is null then 'enabled must be true or false, got null'
        end,
        case
            when jsonb_typeof(new.scope_labels) is distinct from 'object'
            then 'scope_labels must be a JSON object, got '
                || coalesce(perf_internal.quote_json(new.scope_labels), 'null')
        end,
        case
            when new.group_by is null
                or array_ndims(new.group_by) > 1
                or array_position(new.group_by, null) is not null
                or (select count(*) > count(distinct g) from unnest(new.group_by) as g)
            then 'group_by must hold names of labels, each once, got '
                || perf_internal.quote_value(new.group_by::text)
        end,
        case
            when new.description is not null
            then perf_internal.get_name_problem('description', new.description, 1000)
        end,
        case
            when new.runbook_url !~ '^https?://[^[:space:][:cntrl:]]+$'
                or length(new.runbook_url) > 2000
            then 'runbook_url must be an http or https URL of at most 2000 characters, got '
                || perf_internal.quote_value(new.runbook_url)
        end
    );
    select m.*
    into v_metric
    from perf.metrics as m
    where m.metric = new.metric_name;
    if v_problem is null and v_metric.metric is null then
        raise exception using
            errcode = 'PT404',
            message = 'there is no metric ' || perf_internal.quote_value(new.metric_name),
            hint = 'select metric, meaning from perf.metrics lists them.';
    elsif v_problem is null
        and new.faster_than is null
        and (v_metric.kind <> 'share' or v_metric.better is null)
    then
        v_problem := 'metric_name must be a share without faster_than, got '
            || perf_internal.quote_value(new.metric_name);
        v_hint := 'For example success_rate. Or say faster_than: a value up to it is good.';
    elsif v_problem is null
        and new.faster_than is not null
        and (v_metric.kind = 'share' or not v_metric.is_sketched)
    then
        v_problem := 'metric_name must be a metric with percentiles for faster_than, got '
            || perf_internal.quote_value(new.metric_name);
        v_hint := 'For example response_time_ms. A share such as success_rate has no faster_than.';
    end if;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = coalesce(v_hint, '');
    end if;
    -- A month is 30 days, wherever the window ends.
    new.time_window := make_interval(
        days => (extract(month from new.time_window) * 30 + extract(day from new.time_window))::integer,
        secs => extract(epoch from new.time_window - date_trunc('day', new.time_window))::float8
    );
    -- Refuses a label that no series has.
    perform 1
    from perf_internal.get_series(v_metric.pipeline, new.scope_labels, new.group_by)
    limit 1;
    if tg_op = 'INSERT' then
        new.created_by := perf_internal.get_caller_name();
        new.created_at := now();
    else
        new.created_by := old.created_by;
        new.created_at := old.created_at;
    end if;
    new.updated_at := now();
    return new;
end
$$;

comment on function perf_internal.prepare_slo_objective is
    'Trigger: checks an objective before it is written, trims its texts and fills created_by, created_at and updated_at. Errors: 22023 a bad value, a metric that does not fit, or a label that no series has; 42501 not an admin; PT404 no such metric.';

revoke execute on function perf_internal.prepare_slo_objective from public;

create or replace trigger prepare_slo_objective
    before insert or update on perf.slo_objectives
    for each row execute function perf_internal.prepare_slo_objective();
