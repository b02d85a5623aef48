-- The engine: metrics, their rollups, the state of the runs, and how long each level is kept.
create type perf_internal.measure as (
    name text,
    value double precision
);

comment on type perf_internal.measure is 'A value under a name that the row brings itself.';

create table perf_internal.pipelines (
    pipeline text primary key,
    raw_table text not null,
    series_column text not null,
    time_column text not null,
    series_view text not null,
    failed_when text,
    partition_width interval not null,
    measures text,
    name_column text,
    -- Added to a date, because PostgreSQL takes '30 days' and '1 month' for equal.
    constraint partition_width_is_a_day_or_a_month check (
        timestamp '2001-01-01' + partition_width in ('2001-01-02', '2001-02-01')
    )
);

comment on table perf_internal.pipelines is
    'A raw table that the engine rolls up. Filled by the files of sql/metrics.';
comment on column perf_internal.pipelines.raw_table is
    'With its schema. It is partitioned by time_column, has a transaction_id, and a default partition in perf_internal named like it, with _default.';
comment on column perf_internal.pipelines.series_view is
    'A relation of series_id (uuid) and labels (jsonb): what each series measures.';
comment on column perf_internal.pipelines.failed_when is
    'Condition on a raw row r that counts it as failed; null where nothing fails.';
comment on column perf_internal.pipelines.measures is
    'SQL over a raw row r: an array of perf_internal.measure, the values of its named metrics, each name once; null for none. perf.forget_metric() needs an id in the raw table that grows.';
comment on column perf_internal.pipelines.name_column is
    'Of a raw table whose rows are summaries: the column that says of which named metric; null for none. perf.forget_metric() needs an id as with measures.';

create table perf_internal.metric_families (
    pipeline text not null references perf_internal.pipelines (pipeline),
    prefix text not null,
    unit text not null,
    better text,
    meaning text not null,
    primary key (pipeline, prefix),
    constraint better_is_higher_or_lower check (better in ('higher', 'lower'))
);

comment on table perf_internal.metric_families is
    'What the named metrics of a pipeline are when a row brings a new name: as the family says that has the longest beginning of the name. Filled by the files of sql/metrics.';

create table perf.metrics (
    metric text primary key,
    pipeline text not null references perf_internal.pipelines (pipeline),
    kind text not null,
    unit text not null,
    better text,
    meaning text not null,
    expression text,
    base_metric text,
    other_metric text,
    counted_after_id bigint not null default 0,
    is_sketched boolean not null default true,
    constraint kind_is_known check (
        kind in ('measured', 'named', 'summary', 'failed', 'difference', 'share')
    ),
    constraint better_is_higher_or_lower check (better in ('higher', 'lower')),
    constraint measured_metrics_have_an_expression
        check ((kind = 'measured') = (expression is not null)),
    constraint derived_metrics_name_their_metrics check (
        (kind in ('measured', 'named', 'summary')) = (base_metric is null)
        and (kind in ('difference', 'share')) = (other_metric is not null)
    ),
    constraint only_measured_metrics_have_no_sketch check (
        is_sketched or kind in ('measured', 'failed', 'difference')
    )
);

comment on table perf.metrics is
    'What is measured, and what follows from it. Filled by the files of sql/metrics, and with named metrics when a row brings a new name.';
comment on column perf.metrics.metric is 'Name of the metric, as perf.query_metrics() takes it.';
comment on column perf.metrics.pipeline is 'Which rows it is measured of, for example calls.';
comment on column perf.metrics.kind is
    'measured: expression of every raw row; named: what rows bring under this name; summary: raw rows are summaries of many values, with the columns count, sum, m2, min, max and sketch (named, where the pipeline has a name_column); failed: base_metric of failed rows only; difference: the values of base_metric that are not in other_metric; share: how many of the values of other_metric are in base_metric.';
comment on column perf.metrics.unit is 'Unit of its values, for example ms.';
comment on column perf.metrics.better is
    'Whether higher or lower values are better; null where neither is.';
comment on column perf.metrics.meaning is 'What it says, in a sentence.';
comment on column perf.metrics.expression is
    'SQL over a raw row r: a number, or null where the row does not have it.';
comment on column perf.metrics.base_metric is
    'The metric it is made of; null for a measured, named or summary one. See kind.';
comment on column perf.metrics.other_metric is
    'For a difference, what is taken away; for a share, what it is a share of.';

comment on column perf.metrics.counted_after_id is
    'Only raw rows with a higher id count in a named metric; 0 for all. perf.forget_metric() may have forgotten the name in the others.';
comment on column perf.metrics.is_sketched is
    'Whether rollups keep a sketch of its values; without one it has no percentiles.';

-- For the foreign key, and for the metrics of a pipeline.
create index metrics_pipeline_idx on perf.metrics (pipeline);

-- The order of the columns leaves no gaps for alignment. series_id is in the key and there is no
-- foreign key, so that the table can be distributed over several machines by series_id.
create table perf_internal.rollups (
    series_id uuid not null,
    time_bucket timestamptz not null,
    count bigint not null,
    sum double precision not null,
    m2 double precision not null,
    min double precision not null,
    max double precision not null,
    p50 double precision,
    p95 double precision,
    p99 double precision,
    created_at timestamptz not null default now(),
    last_bin smallint,
    granularity text not null,
    metric text not null,
    sketch numeric,
    primary key (series_id, granularity, time_bucket, metric)
)
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

comment on table perf_internal.rollups is
    'Values of one metric of one series in an hour, a day or a week. Every part adds up.';
comment on column perf_internal.rollups.time_bucket is
    'Start of the hour, day or week (from Monday) in UTC.';
comment on column perf_internal.rollups.m2 is
    'Sum of the squared differences from the mean; see Chan, Golub, LeVeque (1979) on merging it.';
comment on column perf_internal.rollups.p50 is
    'Percentile of the sketch, as p95 and p99. Null until a run finds that the bucket is over.';
comment on column perf_internal.rollups.sketch is
    'See perf_internal.make_sketch, without the zeros at its end: divided by the unit of last_bin. Null where all values are 0.';
comment on column perf_internal.rollups.last_bin is
    'The bin that the last 16 digits of the sketch count.';

-- For all series over a time range: comparisons, retention. The condition is true for all rows. It
-- keeps the index from those who look a row up by its key, such as a run: while there are few or no
-- statistics, this index seems as good as that of the key, but each lookup would walk over all rows of
-- the bucket, also those that the run itself has just written. A range of times that begins with a
-- constant implies the condition; others name it. It names a column that no update changes, so updates
-- stay in their page.
create index rollups_granularity_time_bucket_idx
    on perf_internal.rollups (granularity, time_bucket)
    where time_bucket > '-infinity';

-- Each run writes many sketches. Compressing them with pglz would take a third of its time.
do $$
begin
    if exists (
        select 1
        from pg_catalog.pg_settings as s
        where s.name = 'default_toast_compression'
            and 'lz4' = any(s.enumvals)
    ) then
        alter table perf_internal.rollups alter column sketch set compression lz4;
    end if;
end
$$;

-- A raw row is pending if its transaction was not over in the snapshot of the last run: its id is
-- at least snapshot_xmax, or it is in in_progress.
create table perf_internal.rollup_state (
    pipeline text primary key references perf_internal.pipelines (pipeline),
    snapshot_xmax bigint not null default 0,
    in_progress bigint[] not null default '{}',
    run_id bigint,
    last_run_at timestamptz,
    last_run_ms double precision,
    last_run_rows bigint,
    total_rows bigint not null default 0,
    forgotten_until_id bigint not null default 0
);

comment on table perf_internal.rollup_state is 'The transaction snapshot of the last run.';
comment on column perf_internal.rollup_state.run_id is 'The transaction of the last run.';
comment on column perf_internal.rollup_state.forgotten_until_id is
    'Highest id of a raw row when perf.forget_metric() last forgot a name. Names that are added from then on count only later rows.';

create table perf_internal.database_origin (
    origin uuid primary key default gen_random_uuid()
);

comment on table perf_internal.database_origin is
    'One row: the id of this database, as in perf_internal.origin. If the two differ, the rows came with a dump, and so did their transaction ids.';

insert into perf_internal.database_origin default values;

create table perf_internal.raw_partitions (
    partition_name text primary key,
    pipeline text not null references perf_internal.pipelines (pipeline),
    range_start timestamptz not null,
    range_end timestamptz not null,
    summarized_ranges integer not null default 0,
    created_at timestamptz not null default now(),
    unique (pipeline, range_start)
);

comment on table perf_internal.raw_partitions is
    'The partitions of raw tables, except the default partitions.';
comment on column perf_internal.raw_partitions.summarized_ranges is
    'Number of page ranges of the BRIN index on transaction_id that runs have summarised.';

create table perf_internal.dropped_ranges (
    pipeline text not null references perf_internal.pipelines (pipeline),
    range_start timestamptz not null,
    range_end timestamptz not null,
    row_count bigint not null,
    bytes bigint not null,
    dropped_at timestamptz not null default now(),
    primary key (pipeline, range_start)
);

comment on table perf_internal.dropped_ranges is
    'Ranges whose raw rows retention has removed, some or all. Raw rows no longer prove what happened there.';

create table perf.retention (
    pipeline text not null,
    level text not null,
    keep interval,
    deleted_before timestamptz,
    primary key (pipeline, level),
    constraint level_is_known check (
        level in ('raw', 'hourly', 'daily', 'weekly', 'job_history', 'alert_history')
    ),
    constraint keep_is_1_day_to_1000_years
        check (keep between interval '1 day' and interval '1000 years')
);

comment on table perf.retention is
    'How long each level of a pipeline is kept; change it with update.';
comment on column perf.retention.pipeline is 'A pipeline of perf.metrics, or schedule or alerts.';
comment on column perf.retention.level is
    'What is kept: raw rows, hourly, daily or weekly rollups, job_history, or alert_history.';
comment on column perf.retention.keep is 'Age at which rows go; null keeps them for ever.';
comment on column perf.retention.deleted_before is
    'Cleanup has removed the rows before this time; null if it has removed none.';
