create or replace function perf_internal.check_otlp_items(items perf_internal.otlp_item[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
begin
    select i.problem
    into v_problem
    from unnest(check_otlp_items.items) with ordinality as i
    where i.problem is not null
    order by i.ordinality
    limit 1;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'Nothing of this body was recorded.';
    elsif cardinality(check_otlp_items.items) > 100000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'a body must have at most 100000 spans or metrics, got %s',
                cardinality(check_otlp_items.items)
            ),
            hint = 'Send smaller batches: send_batch_max_size of the collector, or max_export_batch_size of an SDK.';
    end if;
end
$$;

comment on function perf_internal.check_otlp_items is
    'Refuses (22023) a body with something in it that is not as OTLP/JSON has it, naming the place, and one of more than 100,000 spans or metrics.';

revoke execute on function perf_internal.check_otlp_items from public;
