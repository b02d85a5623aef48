-- security definer: no API role may write metrics; the caller is checked first.
create or replace function perf_internal.set_metric(
    metric text,
    better text,
    unit text,
    meaning text
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_unit text := btrim(set_metric.unit);
    v_meaning text := btrim(set_metric.meaning);
    v_problem text := coalesce(
        case
            when set_metric.better not in ('higher', 'lower', 'neither')
            then 'better must be higher, lower or neither, got '
                || perf_internal.quote_value(set_metric.better)
        end,
        case when v_unit is not null then perf_internal.get_name_problem('unit', v_unit, 40) end,
        case
            when v_meaning is not null
            then perf_internal.get_name_problem('meaning', v_meaning, 500)
        end
    );
    v_kind text;
begin
    perform perf_internal.require_role('admin');
    select m.kind into v_kind
    from perf.metrics as m
    where m.metric = set_metric.metric;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no metric '
                || coalesce(perf_internal.quote_value(set_metric.metric), 'null'),
            hint = 'select metric, meaning from perf.metrics lists them.';
    elsif v_kind <> 'named' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'metric must be a named one, got '
                || perf_internal.quote_value(set_metric.metric),
            hint = 'select metric from perf.metrics where kind = ''named'' lists them.';
    elsif v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    update perf.metrics as m
    set better = case
            when set_metric.better is null then m.better
            else nullif(set_metric.better, 'neither')
        end,
        unit = coalesce(v_unit, m.unit),
        meaning = coalesce(v_meaning, m.meaning)
    where m.metric = set_metric.metric;
    perform perf_internal.add_outcome_metrics(array[set_metric.metric]);
end
$$;

comment on function perf_internal.set_metric is 'Does the work of perf.set_metric().';

revoke execute on function perf_internal.set_metric from public;
grant execute on function perf_internal.set_metric to authenticated, service_role, perf_admin;
