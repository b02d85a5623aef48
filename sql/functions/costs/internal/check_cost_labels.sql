create or replace function perf_internal.check_cost_labels(labels jsonb, group_by text[])
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_names constant text[] := '{model,tool,provider,model_type,parameters}'::text[];
    v_problem text;
begin
    if jsonb_typeof(check_cost_labels.labels) is distinct from 'object' then
        v_problem := 'labels must be a JSON object, got '
            || coalesce(perf_internal.quote_json(check_cost_labels.labels), 'null');
    elsif check_cost_labels.labels - v_names <> '{}' then
        v_problem := 'labels must name labels of calls, got ' || perf_internal.quote_value(
            (select min(k) from jsonb_object_keys(check_cost_labels.labels - v_names) as k)
        );
    elsif check_cost_labels.group_by is null
        or array_ndims(check_cost_labels.group_by) > 1
        or not check_cost_labels.group_by <@ v_names
        or (select count(*) > count(distinct g) from unnest(check_cost_labels.group_by) as g)
    then
        v_problem := 'group_by must name labels of calls, each once, got '
            || perf_internal.quote_value(check_cost_labels.group_by::text);
    end if;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'There are ' || array_to_string(v_names, ', ') || '.';
    end if;
end
$$;

comment on function perf_internal.check_cost_labels is
    'Refuses (22023) labels and names of labels that calls do not have.';

revoke execute on function perf_internal.check_cost_labels from public;
grant execute on function perf_internal.check_cost_labels
    to authenticated, service_role, perf_admin, perf_analyst;
