-- security definer: no API role may write metrics or rollups; the caller is checked first.
-- No row of a raw table is changed, because other metrics may be made of the same values. Rows up to
-- now are told by their ids. The lock makes writers of raw rows wait: all transactions that have
-- written are over, and what they wrote has lower ids than what is written later. A transaction that
-- waited looks for its names after its rows, and adds this name again.
create or replace function perf_internal.forget_metric(metric text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_metric perf.metrics;
    v_pipeline perf_internal.pipelines;
    v_default text;
    v_last_id bigint;
    v_rows bigint;
begin
    perform perf_internal.require_role('admin');
    select m.* into v_metric
    from perf.metrics as m
    where m.metric = forget_metric.metric;
    if v_metric.kind <> 'named' or exists (
        select
        from perf_internal.metric_families as f
        where f.pipeline = v_metric.pipeline
            and f.prefix = forget_metric.metric
    ) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'metric must be one that rows name, got '
                || perf_internal.quote_value(forget_metric.metric),
            hint = 'Those begin with a prefix of perf_internal.metric_families, such as quality. or stage.';
    end if;
    if v_metric.metric is not null then
        perform perf_internal.lock_partitions('perf.forget_metric()');
        v_pipeline := perf_internal.get_pipeline(v_metric.pipeline);
        v_default := perf_internal.get_default_partition(v_pipeline.raw_table);
        perform perf_internal.lock_raw(
            array[v_metric.pipeline],
            array[v_default],
            'share row exclusive',
            parent_mode => 'share row exclusive'
        );
        delete from perf.metrics as m
        where m.metric = forget_metric.metric
            or m.base_metric = forget_metric.metric;
    end if;
    -- Another session may have been faster.
    if not found or v_metric.metric is null then
        raise exception using
            errcode = 'PT404',
            message = 'there is no metric '
                || coalesce(perf_internal.quote_value(forget_metric.metric), 'null'),
            hint = 'select metric, meaning from perf.metrics lists them.';
    end if;
    -- With the raw table the rollups are locked.
    perform perf_internal.require_last_run(v_metric.pipeline);
    update perf_internal.rollup_state as s
    set run_id = txid_current()
    where s.pipeline = v_metric.pipeline;
    if coalesce(v_pipeline.measures, v_pipeline.name_column) is not null then
        -- Dynamic SQL, because each pipeline has its own table.
        execute format('select max(r.id) from %s as r', v_pipeline.raw_table)
        into v_last_id;
        update perf_internal.rollup_state as s
        set forgotten_until_id = greatest(s.forgotten_until_id, v_last_id)
        where s.pipeline = v_metric.pipeline;
    end if;
    delete from perf_internal.rollups as r
    where r.metric in (forget_metric.metric, 'failed_' || forget_metric.metric);
    get diagnostics v_rows = row_count;
    return v_rows;
end
$$;

comment on function perf_internal.forget_metric is 'Does the work of perf.forget_metric().';

revoke execute on function perf_internal.forget_metric from public;
grant execute on function perf_internal.forget_metric to authenticated, service_role, perf_admin;
