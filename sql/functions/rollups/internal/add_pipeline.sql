-- The files of sql/metrics call this whenever they run, so it can run again. Retention stays as
-- it was set. All metrics of the pipeline are deleted here, and the rest of the file adds them
-- again. So a metric that is no longer in the file is no longer counted. Named metrics stay as they
-- are, because raw rows brought them and admins may have changed them.
create or replace function perf_internal.add_pipeline(
    pipeline text,
    raw_table text,
    series_column text,
    time_column text,
    series_view text,
    failed_when text default null,
    partition_width interval default '1 day',
    keep_raw interval default '7 days',
    measures text default null,
    name_column text default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into perf_internal.pipelines as p
    values (
        add_pipeline.pipeline,
        add_pipeline.raw_table,
        add_pipeline.series_column,
        add_pipeline.time_column,
        add_pipeline.series_view,
        add_pipeline.failed_when,
        add_pipeline.partition_width,
        add_pipeline.measures,
        add_pipeline.name_column
    )
    on conflict on constraint pipelines_pkey do update
    set raw_table = excluded.raw_table,
        series_column = excluded.series_column,
        time_column = excluded.time_column,
        series_view = excluded.series_view,
        failed_when = excluded.failed_when,
        partition_width = excluded.partition_width,
        measures = excluded.measures,
        name_column = excluded.name_column;
    delete from perf_internal.metric_families as f
    where f.pipeline = add_pipeline.pipeline;
    delete from perf.metrics as m
    where m.pipeline = add_pipeline.pipeline
        and (
            m.kind <> 'named'
            or (add_pipeline.measures is null and add_pipeline.name_column is null)
        );
    perform perf_internal.add_outcome_metrics(array(
        select m.metric
        from perf.metrics as m
        where m.pipeline = add_pipeline.pipeline
    ));
    insert into perf_internal.rollup_state (pipeline)
    values (add_pipeline.pipeline)
    on conflict do nothing;
    insert into perf.retention (pipeline, level, keep)
    values
        (add_pipeline.pipeline, 'raw', add_pipeline.keep_raw),
        (add_pipeline.pipeline, 'hourly', '90 days'),
        (add_pipeline.pipeline, 'daily', '2 years'),
        (add_pipeline.pipeline, 'weekly', null)
    on conflict do nothing;
    -- Citus has no triggers on tables that are spread over machines. Dynamic SQL, because each pipeline
    -- has its own table.
    if not perf_internal.is_distributed() then
        execute format(
            'create or replace trigger check_raw_rows
                after insert on %s
                for each statement
                when (current_setting(''perf.rows_are_checked'', true) is distinct from ''on'')
                execute function perf_internal.check_raw_rows(%L)',
            add_pipeline.raw_table,
            add_pipeline.pipeline
        );
    end if;
    -- Tried here, so that a mistake ends the migration and not every later run.
    execute format(
        'select r.%I, r.%I, r.transaction_id, (%s)::perf_internal.measure[], (%s)::text,
            s.series_id, s.labels
        from %s as r, %s as s
        limit 0',
        add_pipeline.series_column,
        add_pipeline.time_column,
        coalesce(add_pipeline.measures, 'null'),
        coalesce('r.' || quote_ident(add_pipeline.name_column), 'null'),
        add_pipeline.raw_table,
        add_pipeline.series_view
    );
end
$$;

comment on function perf_internal.add_pipeline is
    'Adds a raw table that the engine rolls up, or changes how it does; see perf_internal.pipelines.';

revoke execute on function perf_internal.add_pipeline from public;
