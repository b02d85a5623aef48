-- Generation jobs: what they are made for, what makes them, each job, and what was measured of it. A
-- name has no control characters and no spaces around it.
create table perf.projects (
    id bigint generated always as identity primary key,
    name text not null unique,
    created_at timestamptz not null default now(),
    constraint project_name_is_1_to_200_characters check (
        name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(name) <= 200
    )
);

comment on table perf.projects is 'What jobs are made for.';
comment on column perf.projects.id is 'Key of the project.';
comment on column perf.projects.name is 'Unique.';
comment on column perf.projects.created_at is 'When the project was first used or added.';

create table perf.characters (
    id bigint generated always as identity primary key,
    project_id bigint references perf.projects (id),
    name text not null,
    created_at timestamptz not null default now(),
    unique nulls not distinct (project_id, name),
    constraint character_name_is_1_to_200_characters check (
        name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(name) <= 200
    )
);

comment on table perf.characters is 'A person or thing that jobs show.';
comment on column perf.characters.id is 'Key of the character.';
comment on column perf.characters.project_id is 'The project that it belongs to; null for none.';
comment on column perf.characters.name is 'Unique in its project.';
comment on column perf.characters.created_at is 'When the character was first used or added.';

create table perf.scenes (
    id bigint generated always as identity primary key,
    project_id bigint references perf.projects (id),
    name text not null,
    created_at timestamptz not null default now(),
    unique nulls not distinct (project_id, name),
    constraint scene_name_is_1_to_200_characters check (
        name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(name) <= 200
    )
);

comment on table perf.scenes is 'A part of a project that jobs are made for.';
comment on column perf.scenes.id is 'Key of the scene.';
comment on column perf.scenes.project_id is 'The project that it belongs to; null for none.';
comment on column perf.scenes.name is 'Unique in its project.';
comment on column perf.scenes.created_at is 'When the scene was first used or added.';

create table perf.workflows (
    id bigint generated always as identity primary key,
    name text not null unique,
    description text,
    created_at timestamptz not null default now(),
    retired_at timestamptz,
    constraint workflow_name_is_1_to_200_characters check (
        name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(name) <= 200
    )
);

comment on table perf.workflows is 'A way to make something: what a job runs.';
comment on column perf.workflows.id is 'Key of the workflow.';
comment on column perf.workflows.name is 'Unique.';
comment on column perf.workflows.description is 'For people; pgkit does not read it.';
comment on column perf.workflows.created_at is 'When the workflow was first used or added.';
comment on column perf.workflows.retired_at is
    'Since when it is no longer used; null while it is. Its history stays.';

create table perf.workers (
    id bigint generated always as identity primary key,
    name text not null unique,
    hardware text,
    vram_mb integer,
    created_at timestamptz not null default now(),
    retired_at timestamptz,
    constraint worker_name_is_1_to_200_characters check (
        name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(name) <= 200
    ),
    constraint hardware_is_1_to_200_characters check (
        hardware ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(hardware) <= 200
    ),
    constraint vram_is_more_than_nothing check (vram_mb > 0)
);

comment on table perf.workers is 'A machine that runs jobs.';
comment on column perf.workers.id is 'Key of the worker.';
comment on column perf.workers.name is 'Unique.';
comment on column perf.workers.hardware is 'What it is, for example RTX 4090; null if unknown.';
comment on column perf.workers.vram_mb is 'Memory of its GPU in MB; null if unknown.';
comment on column perf.workers.created_at is 'When the worker was first used or added.';
comment on column perf.workers.retired_at is
    'Since when it is no longer used; null while it is. Its history stays.';

create table perf.worker_availability (
    id bigint generated always as identity primary key,
    worker_id bigint not null references perf.workers (id),
    available_from timestamptz not null,
    available_until timestamptz,
    constraint available_from_is_before_available_until check (available_from < available_until),
    -- A range of one number, because GiST has no operator class for numbers without an extension.
    constraint times_of_a_worker_do_not_overlap exclude using gist (
        int8range(worker_id, worker_id, '[]') with &&,
        tstzrange(available_from, available_until) with &&
    )
);

comment on table perf.worker_availability is
    'A time in which a worker was offered for jobs. Those of one worker do not overlap.';
comment on column perf.worker_availability.id is 'Key of the time.';
comment on column perf.worker_availability.worker_id is 'Whose time it is.';
comment on column perf.worker_availability.available_from is 'Start.';
comment on column perf.worker_availability.available_until is 'End; null while it lasts.';

-- The times of a worker in a range, and the one that lasts.
create unique index worker_availability_worker_id_available_from_idx
    on perf.worker_availability (worker_id, available_from);

create table perf.jobs (
    id bigint generated always as identity primary key,
    external_id text unique,
    workflow_id bigint not null references perf.workflows (id),
    worker_id bigint references perf.workers (id),
    project_id bigint references perf.projects (id),
    character_id bigint references perf.characters (id),
    scene_id bigint references perf.scenes (id),
    model_type varchar(20),
    resolution_tier text,
    status text not null default 'queued',
    parameters jsonb not null default '{}',
    created_at timestamptz not null default now(),
    started_at timestamptz,
    completed_at timestamptz,
    result jsonb,
    error_type text,
    constraint status_is_known check (
        status in ('queued', 'running', 'completed', 'failed', 'cancelled')
    ),
    constraint completed_jobs_have_a_worker check (status <> 'completed' or worker_id is not null),
    constraint finished_jobs_have_a_time check (
        status not in ('completed', 'failed') or completed_at is not null
    ),
    constraint job_starts_before_it_is_completed check (started_at <= completed_at),
    constraint created_at_is_finite check (isfinite(created_at)),
    constraint started_at_is_finite check (isfinite(started_at)),
    constraint completed_at_is_finite check (isfinite(completed_at)),
    constraint external_id_is_1_to_200_characters check (
        external_id ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(external_id) <= 200
    ),
    constraint job_model_type_is_not_blank check (
        model_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
    ),
    constraint resolution_tier_is_1_to_40_characters check (
        resolution_tier ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(resolution_tier) <= 40
    ),
    constraint job_error_type_is_1_to_200_characters check (
        error_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(error_type) <= 200
    ),
    constraint job_parameters_are_an_object check (jsonb_typeof(parameters) = 'object'),
    constraint result_is_an_object check (jsonb_typeof(result) = 'object')
);

comment on table perf.jobs is
    'One generation job. A job that becomes completed or failed is measured: a trigger writes its row of perf.performance_metrics.';
comment on column perf.jobs.id is 'Key of the job.';
comment on column perf.jobs.external_id is
    'The key of the job in a table of the application; makes recording it again harmless. Null without one.';
comment on column perf.jobs.workflow_id is 'What it runs.';
comment on column perf.jobs.worker_id is 'Where it runs; null until a worker has it.';
comment on column perf.jobs.project_id is 'What it is made for; null for nothing named.';
comment on column perf.jobs.character_id is 'Whom it shows; null for nobody named.';
comment on column perf.jobs.scene_id is 'The scene that it is made for; null for none.';
comment on column perf.jobs.model_type is
    'The key that jobs share with models, configurations and the daily log (sdxl, wan, ...); null if unknown.';
comment on column perf.jobs.resolution_tier is
    'Size of what it makes, for example 1080p; null if unknown.';
comment on column perf.jobs.status is 'queued, running, completed, failed or cancelled.';
comment on column perf.jobs.parameters is
    'What the job was asked to do; numbers in it can be compared with quality scores.';
comment on column perf.jobs.created_at is 'When it was asked for.';
comment on column perf.jobs.started_at is 'When the worker began; null if unknown.';
comment on column perf.jobs.completed_at is 'When it completed, failed or was cancelled.';
comment on column perf.jobs.result is
    'What the worker measured; docs/jobs.md lists the keys. Other keys are kept and not read.';
comment on column perf.jobs.error_type is 'Why it failed; null if it did not, or if unknown.';

-- Foreign keys, and what a workflow, a worker or a project has run.
create index jobs_workflow_id_idx on perf.jobs (workflow_id);
create index jobs_worker_id_idx on perf.jobs (worker_id);
create index jobs_project_id_idx on perf.jobs (project_id) where project_id is not null;
create index jobs_character_id_idx on perf.jobs (character_id) where character_id is not null;
create index jobs_scene_id_idx on perf.jobs (scene_id) where scene_id is not null;

create type perf_internal.job_report as (
    workflow_name text,
    worker_name text,
    external_id text,
    result jsonb,
    resolution_tier text,
    model_type text,
    parameters jsonb,
    project_name text,
    character_name text,
    scene_name text,
    started_at timestamptz,
    completed_at timestamptz,
    success boolean,
    error_type text,
    job_id bigint,
    workflow_id bigint,
    worker_id bigint,
    project_id bigint,
    character_id bigint,
    scene_id bigint
);

comment on type perf_internal.job_report is
    'What record_job_metrics() takes, and each element of record_job_metrics_batch(): what was measured is in result. The keys are what names turn out to be.';

create table perf_internal.job_kinds (
    id uuid primary key default gen_random_uuid(),
    workflow_id bigint not null references perf.workflows (id),
    worker_id bigint references perf.workers (id),
    resolution_tier text,
    model_type varchar(20),
    created_at timestamptz not null default now()
);

comment on table perf_internal.job_kinds is
    'A workflow on a worker, at a resolution tier, with a model type: a series of rollups. Never deleted.';

-- Recording finds the kind of a job by it. An index of the bare columns would not find what is null.
-- No name is empty and no id is 0.
create unique index job_kinds_workflow_id_worker_id_resolution_tier_model_type_idx
    on perf_internal.job_kinds (
        workflow_id,
        coalesce(worker_id, 0),
        coalesce(resolution_tier, ''),
        coalesce(model_type, '')
    );

-- For the foreign key, and for the kinds of jobs of a worker.
create index job_kinds_worker_id_idx on perf_internal.job_kinds (worker_id);

-- No identity column, because partitions have none of their own.
create sequence perf_internal.performance_metrics_id_seq;

-- The order of the columns leaves no gaps for alignment. No column has a foreign key: recording
-- functions find the ids, and a trigger checks the series of direct writes.
create table perf.performance_metrics (
    series_id uuid not null,
    created_at timestamptz not null default now(),
    transaction_id bigint not null default txid_current(),
    id bigint not null default nextval('perf_internal.performance_metrics_id_seq'),
    job_id bigint not null,
    workflow_id bigint not null,
    worker_id bigint,
    project_id bigint,
    character_id bigint,
    scene_id bigint,
    total_gpu_time_ms bigint,
    total_wall_time_ms bigint,
    time_per_frame_ms real,
    vram_peak_mb integer,
    frame_count integer,
    failed boolean not null default false,
    resolution_tier text,
    model_type varchar(20),
    error_type text,
    quality_scores_json jsonb,
    pipeline_stages_json jsonb,
    primary key (id, created_at, series_id),
    constraint total_gpu_time_is_0_to_1e10_ms check (total_gpu_time_ms between 0 and 1e10),
    constraint total_wall_time_is_0_to_1e10_ms check (total_wall_time_ms between 0 and 1e10),
    constraint time_per_frame_is_0_to_1e10_ms check (time_per_frame_ms between 0 and 1e10),
    constraint vram_peak_is_not_negative check (vram_peak_mb >= 0),
    constraint frame_count_is_not_negative check (frame_count >= 0),
    constraint quality_scores_are_an_object check (jsonb_typeof(quality_scores_json) = 'object'),
    constraint pipeline_stages_are_an_array check (jsonb_typeof(pipeline_stages_json) = 'array')
) partition by range (created_at);

comment on table perf.performance_metrics is
    'What was measured of one job. Written only by functions; kept 90 days.';
comment on column perf.performance_metrics.series_id is
    'Workflow, worker, resolution tier and model type: the series of its rollups.';
comment on column perf.performance_metrics.created_at is
    'When the job completed or failed. Its hour, day, week and month follow from this.';
comment on column perf.performance_metrics.transaction_id is
    'Id of the transaction that recorded it; 0 if it was rolled up before a restore.';
comment on column perf.performance_metrics.id is 'Key, together with created_at.';
comment on column perf.performance_metrics.job_id is 'The job of perf.jobs.';
comment on column perf.performance_metrics.workflow_id is 'What the job ran.';
comment on column perf.performance_metrics.worker_id is
    'Where it ran; null if it failed before a worker had it.';
comment on column perf.performance_metrics.project_id is 'What it was made for; null for nothing named.';
comment on column perf.performance_metrics.character_id is 'Whom it shows; null for nobody named.';
comment on column perf.performance_metrics.scene_id is 'The scene that it was made for; null for none.';
comment on column perf.performance_metrics.total_gpu_time_ms is
    'Time that GPUs worked, in ms, of all GPUs together; null if unknown.';
comment on column perf.performance_metrics.total_wall_time_ms is
    'Time from start to end, in ms; null if unknown.';
comment on column perf.performance_metrics.time_per_frame_ms is
    'Time per frame as the worker measured it, in ms; null if unknown.';
comment on column perf.performance_metrics.vram_peak_mb is
    'Most GPU memory that was in use, in MB; null if unknown.';
comment on column perf.performance_metrics.frame_count is 'Frames that were made; null if unknown.';
comment on column perf.performance_metrics.failed is 'Whether the job failed.';
comment on column perf.performance_metrics.resolution_tier is
    'Size of what it made, for example 1080p; null if unknown.';
comment on column perf.performance_metrics.model_type is 'The model type; null if unknown.';
comment on column perf.performance_metrics.error_type is
    'Why it failed; null if it did not, or if unknown.';
comment on column perf.performance_metrics.quality_scores_json is
    'Quality scores by name, for example {"likeness": 0.92}; null if there are none.';
comment on column perf.performance_metrics.pipeline_stages_json is
    'Stages in their order, for example [{"name": "load_model", "duration_ms": 1200}]; null if unknown.';

-- Finds rows that no run has read: the newest pages, and pages written by transactions that
-- committed late.
create index performance_metrics_transaction_id_idx
    on perf.performance_metrics using brin (transaction_id) with (pages_per_range = 64);

-- One job; the jobs of a workflow or a worker over time, and of all; those of a project, a character
-- or a scene.
create index performance_metrics_job_id_idx on perf.performance_metrics (job_id);
create index performance_metrics_workflow_id_created_at_idx
    on perf.performance_metrics (workflow_id, created_at);
create index performance_metrics_worker_id_created_at_idx
    on perf.performance_metrics (worker_id, created_at);
create index performance_metrics_created_at_idx
    on perf.performance_metrics using brin (created_at) with (pages_per_range = 64);
create index performance_metrics_project_id_idx
    on perf.performance_metrics (project_id) where project_id is not null;
create index performance_metrics_character_id_idx
    on perf.performance_metrics (character_id) where character_id is not null;
create index performance_metrics_scene_id_idx
    on perf.performance_metrics (scene_id) where scene_id is not null;

create table perf_internal.performance_metrics_default
    partition of perf.performance_metrics default;

comment on table perf_internal.performance_metrics_default is
    'Jobs outside every monthly partition, until ensure_partitions() moves them.';

create table perf.model_performance_logs (
    id uuid primary key default gen_random_uuid(),
    model_type varchar(20) not null,
    date date not null,
    total_generations bigint not null default 0,
    successful_generations bigint not null default 0,
    failed_generations bigint not null default 0,
    avg_generation_time_ms bigint,
    avg_quality_rating double precision,
    total_processing_time_ms bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    job_count bigint not null default 0,
    call_count bigint not null default 0,
    timed_generations bigint not null default 0,
    rated_generations bigint not null default 0,
    unique (model_type, date),
    constraint generations_are_jobs_and_calls
        check (total_generations = job_count + call_count),
    constraint generations_succeed_or_fail
        check (total_generations = successful_generations + failed_generations)
);

comment on table perf.model_performance_logs is
    'Generations of a model type on a day (UTC): jobs and calls. Filled from rollups by perf.aggregate_model_performance_logs().';
comment on column perf.model_performance_logs.id is 'Key of the row.';
comment on column perf.model_performance_logs.model_type is 'The model type.';
comment on column perf.model_performance_logs.date is 'The day (UTC).';
comment on column perf.model_performance_logs.total_generations is
    'Jobs that completed or failed, and calls.';
comment on column perf.model_performance_logs.successful_generations is 'Those that succeeded.';
comment on column perf.model_performance_logs.failed_generations is 'Those that failed.';
comment on column perf.model_performance_logs.avg_generation_time_ms is
    'Mean time of the timed_generations, in ms; null if there are none.';
comment on column perf.model_performance_logs.avg_quality_rating is
    'Mean quality_rating of the rated_generations; null if there are none.';
comment on column perf.model_performance_logs.total_processing_time_ms is
    'Time of all generations, also failed ones, in ms; null if none has a time.';
comment on column perf.model_performance_logs.created_at is 'When the row was first written.';
comment on column perf.model_performance_logs.updated_at is 'When the row last changed.';
comment on column perf.model_performance_logs.job_count is 'How many of the generations are jobs.';
comment on column perf.model_performance_logs.call_count is 'How many of the generations are calls.';
comment on column perf.model_performance_logs.timed_generations is
    'Successful generations that have a time: the weight of avg_generation_time_ms.';
comment on column perf.model_performance_logs.rated_generations is
    'Successful generations that have a quality rating: the weight of avg_quality_rating.';

-- The indexes that its seed names, for days of all types and for the best and the fastest.
create index model_performance_logs_date_idx on perf.model_performance_logs (date desc);
create index model_performance_logs_avg_quality_rating_idx
    on perf.model_performance_logs (avg_quality_rating desc);
create index model_performance_logs_avg_generation_time_ms_idx
    on perf.model_performance_logs (avg_generation_time_ms);
