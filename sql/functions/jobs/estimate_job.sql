create or replace function perf.estimate_job(
    workflow_id bigint,
    frame_count integer default null,
    resolution_tier text default null,
    worker_id bigint default null,
    model_type text default null,
    confidence double precision default 0.9,
    as_of timestamptz default now(),
    history interval default interval '30 days'
)
returns table (
    expected_wall_time_ms double precision,
    median_wall_time_ms double precision,
    wall_time_low_ms double precision,
    wall_time_high_ms double precision,
    job_count bigint,
    based_on text,
    is_scaled_by_frames boolean,
    expected_vram_mb double precision,
    vram_low_mb double precision,
    vram_high_mb double precision,
    vram_job_count bigint,
    vram_based_on text,
    fits boolean,
    fitting_workers jsonb,
    range_start timestamptz,
    range_end timestamptz,
    note text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_start timestamptz;
    v_min_jobs bigint;
    v_worker record;
    v_time record;
    v_frames record;
    v_vram record;
    v_history record;
    v_ms record;
    v_mb record;
    v_scale double precision := 1;
    v_missing text;
    v_notes text[] := array[]::text[];
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.get_workflow_name(estimate_job.workflow_id);
    if estimate_job.worker_id is not null then
        perform perf_internal.get_worker_name(estimate_job.worker_id);
    end if;
    v_min_jobs := perf_internal.get_fewest_values(estimate_job.confidence);
    perform perf_internal.check_as_of(estimate_job.as_of);
    perform perf_internal.check_history(estimate_job.history);
    if estimate_job.frame_count < 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('frame_count must be at least 1, got %s', estimate_job.frame_count),
            hint = 'Leave it out where the number of frames is not known.';
    end if;
    v_start := (estimate_job.as_of at time zone 'UTC' - estimate_job.history) at time zone 'UTC';
    v_missing := perf_internal.get_missing_kind(
        array[estimate_job.workflow_id],
        null,
        estimate_job.resolution_tier,
        estimate_job.model_type,
        'successful_jobs',
        v_start,
        estimate_job.as_of,
        is_exact => true
    );
    if v_missing is not null then
        v_notes := v_notes || format('no job of the history has %s', v_missing);
    end if;
    for v_history in
        select c.metric, c.based_on, c.job_count, c.series_ids
        from perf_internal.choose_job_history(
            estimate_job.workflow_id,
            estimate_job.resolution_tier,
            estimate_job.worker_id,
            estimate_job.model_type,
            array[
                'successful_total_wall_time_ms',
                'successful_wall_time_per_frame_ms',
                'successful_vram_peak_mb'
            ],
            v_min_jobs,
            v_start,
            estimate_job.as_of
        ) as c
    loop
        case v_history.metric
            when 'successful_total_wall_time_ms' then v_time := v_history;
            when 'successful_wall_time_per_frame_ms' then v_frames := v_history;
            else v_vram := v_history;
        end case;
    end loop;
    if estimate_job.frame_count is not null then
        if v_frames.job_count >= v_min_jobs
            or v_frames.job_count > 0 and v_time.job_count < v_min_jobs
        then
            v_time := v_frames;
            v_scale := estimate_job.frame_count;
            select r.min, r.max
            into v_history
            from perf_internal.read_metrics(
                'jobs',
                '{successful_frame_count}',
                v_time.series_ids,
                v_start,
                estimate_job.as_of,
                percentiles => '{0.5}',
                is_exact => true
            ) as r;
            -- The extremes of successful jobs are within 0.5 %.
            if estimate_job.frame_count
                not between 0.995 * v_history.min and 1.005 * v_history.max
            then
                v_notes := v_notes || format(
                    'frame_count is outside of %s to %s, which jobs of the history have',
                    round(v_history.min), round(v_history.max)
                );
            end if;
        elsif v_time.job_count > 0 then
            v_notes := v_notes || format(
                'not scaled by frame_count, which %s jobs of the history have',
                v_frames.job_count
            );
        end if;
    end if;
    v_ms := perf_internal.read_job_history(
        v_time.metric, v_time.series_ids, v_start, estimate_job.as_of, estimate_job.confidence
    );
    v_mb := perf_internal.read_job_history(
        v_vram.metric, v_vram.series_ids, v_start, estimate_job.as_of, estimate_job.confidence
    );
    if v_time.job_count < v_min_jobs then
        v_notes := v_notes || format(
            'an interval needs %s jobs, the history has %s', v_min_jobs, v_time.job_count
        );
    end if;
    if v_vram.job_count between 1 and v_min_jobs - 1 then
        v_notes := v_notes || format(
            'an interval of VRAM needs %s jobs, the history has %s',
            v_min_jobs, v_vram.job_count
        );
    end if;
    select w.vram_mb, w.retired_at
    into v_worker
    from perf.workers as w
    where w.id = estimate_job.worker_id;
    if v_worker.retired_at <= estimate_job.as_of then
        v_notes := v_notes || text 'the worker is retired';
    end if;
    if found and v_worker.vram_mb is null then
        v_notes := v_notes || text 'vram_mb of the worker is unknown';
    end if;
    select min(c.range_start), max(c.range_end)
    into range_start, range_end
    from perf_internal.get_cover(
        'jobs', v_start, estimate_job.as_of, is_exact => true
    ) as c;
    expected_wall_time_ms := v_ms.average * v_scale;
    median_wall_time_ms := v_ms.median * v_scale;
    wall_time_low_ms := v_ms.low * v_scale;
    wall_time_high_ms := v_ms.high * v_scale;
    job_count := v_time.job_count;
    based_on := v_time.based_on;
    is_scaled_by_frames := v_time.metric = 'successful_wall_time_per_frame_ms';
    expected_vram_mb := v_mb.average;
    vram_low_mb := v_mb.low;
    vram_high_mb := v_mb.high;
    vram_job_count := v_vram.job_count;
    vram_based_on := v_vram.based_on;
    fits := v_mb.high <= v_worker.vram_mb;
    if estimate_job.worker_id is null then
        fitting_workers := perf_internal.get_fitting_workers(v_mb.high, estimate_job.as_of);
    end if;
    note := nullif(array_to_string(v_notes, '; '), '');
    return next;
end
$$;

comment on function perf.estimate_job is
    'What the next job of a workflow takes: mean, median and prediction interval of its wall time (ms) and VRAM peak (MB), from successful jobs in the history before as_of. The interval holds a single job with the probability confidence, not the mean; it is null where the history is too short (19 jobs for 0.9), and note says so. based_on says which jobs job_count counts: those of the worker at the resolution tier with the model type (worker; a null argument means any), where these are too few those of all workers, and where these are too few all of the workflow; note says so where no job has the tier or the model type. With frame_count the wall time per frame is scaled, where the history has it. fits says whether the upper end of the VRAM interval is within vram_mb of the worker; without a worker fitting_workers lists those it fits, as an array of objects of id, name and vram_mb. Errors: 22023 bad argument, 42501 not an analyst, PT404 unknown workflow or worker.';

revoke execute on function perf.estimate_job from public;
grant execute on function perf.estimate_job
    to authenticated, service_role, perf_admin, perf_analyst;
