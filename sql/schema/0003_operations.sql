-- How far the rollups have come, how long each level is kept, and what was dropped.
--
-- A row of the raw table is new to a run when it is visible now and its transaction was not yet
-- over when the last run looked: at or after snapshot_xmax, or among in_progress then.
create table perf_internal.rollup_state (
    pipeline text primary key,
    snapshot_xmax bigint not null default 0,
    in_progress bigint[] not null default '{}',
    origin uuid not null default gen_random_uuid(),
    last_run_at timestamptz,
    last_run_ms double precision,
    last_run_calls bigint,
    total_calls bigint not null default 0
);

comment on table perf_internal.rollup_state is 'The transaction snapshot of the last run.';
comment on column perf_internal.rollup_state.origin is
    'That of perf_internal.origin; another one came with a dump, and so did these transaction ids.';

insert into perf_internal.rollup_state (pipeline) values ('calls');

create table perf_internal.raw_partitions (
    partition_name text primary key,
    day date not null unique,
    summarized_ranges integer not null default 0,
    created_at timestamptz not null default now()
);

comment on table perf_internal.raw_partitions is 'The daily partitions of performance_metrics_raw.';
comment on column perf_internal.raw_partitions.summarized_ranges is
    'Page ranges of the transaction index that a run has summarised.';

create table perf_internal.dropped_days (
    day date primary key,
    calls bigint not null,
    bytes bigint not null,
    dropped_at timestamptz not null default now()
);

comment on table perf_internal.dropped_days is
    'Days whose raw rows retention has removed, wholly or in part: raw no longer covers them.';

create table perf.retention (
    level text primary key,
    keep interval,
    deleted_before timestamptz,
    constraint level_is_known check (
        level in ('raw', 'hourly', 'daily', 'weekly', 'job_history')
    ),
    constraint keep_is_1_day_to_1000_years
        check (keep between interval '1 day' and interval '1000 years')
);

comment on table perf.retention is 'How long each level is kept; change it with update.';
comment on column perf.retention.keep is 'Age at which rows go; null keeps them for ever.';
comment on column perf.retention.deleted_before is
    'Rows before this are gone; null while none are.';

insert into perf.retention (level, keep) values
    ('raw', '7 days'),
    ('hourly', '90 days'),
    ('daily', '2 years'),
    ('weekly', null),
    ('job_history', '7 days');

create table perf_internal.worker_runs (
    id bigint generated always as identity primary key,
    job_name text not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    error_message text
);

comment on table perf_internal.worker_runs is
    'Runs of jobs by pgkit worker, where pg_cron is missing; what cron.job_run_details is to it.';

-- The last runs of a job.
create index worker_runs_job_name_started_at_idx
    on perf_internal.worker_runs (job_name, started_at desc);
