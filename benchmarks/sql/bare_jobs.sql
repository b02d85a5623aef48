-- The seed's table of measurements, with its foreign keys and indexes, and what they refer to.
create schema bench;

create table bench.workflows as
select n as id
from generate_series(1, 50) as n;

alter table bench.workflows add primary key (id);

create table bench.workers as
select n as id
from generate_series(1, 20) as n;

alter table bench.workers add primary key (id);

create table bench.job_metrics (
    id bigserial primary key,
    job_id bigint not null,
    workflow_id bigint not null references bench.workflows (id),
    worker_id bigint not null references bench.workers (id),
    project_id bigint,
    character_id bigint,
    scene_id bigint,
    time_per_frame_ms real,
    total_gpu_time_ms bigint,
    total_wall_time_ms bigint,
    vram_peak_mb integer,
    frame_count integer,
    quality_scores_json jsonb,
    pipeline_stages_json jsonb,
    resolution_tier text,
    created_at timestamptz not null default now()
);

create index on bench.job_metrics (job_id);
create index on bench.job_metrics (workflow_id);
create index on bench.job_metrics (worker_id);
create index on bench.job_metrics (project_id);
create index on bench.job_metrics (character_id);
create index on bench.job_metrics (scene_id);
create index on bench.job_metrics (created_at);

grant usage on schema bench to perf_recorder;
grant insert on bench.job_metrics to perf_recorder;
grant usage on all sequences in schema bench to perf_recorder;
