-- security definer: callers may not write jobs themselves; their role is checked first.
create or replace function perf.fail_job(
    job_id bigint,
    error text default null,
    result jsonb default null,
    completed_at timestamptz default now(),
    worker_name text default null
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A worker that fails may have no better than a long message. It must not keep the job running.
    v_error_type text := perf_internal.get_error_type(
        left(
            regexp_replace(
                split_part(btrim(fail_job.error, E' \r\n\t'), E'\n', 1),
                perf_internal.get_control_characters(),
                ' ',
                'g'
            ),
            200
        )
    );
begin
    perform perf_internal.require_role('recorder');
    return perf_internal.finish_job(
        fail_job.job_id,
        'failed',
        fail_job.worker_name,
        fail_job.completed_at,
        nullif(fail_job.result, 'null'),
        v_error_type
    );
end
$$;

comment on function perf.fail_job is
    'Fails a job, and writes what was measured of it to perf.performance_metrics in the same transaction. The error_type of the job is the first line of error, at most 200 characters of it. The result is as in perf.complete_job(). A retry is harmless: false means that the job failed before. Errors: 22023 bad argument or result, PT404 no such job, PT409 the job completed, was cancelled or runs on another worker, 42501 not a recorder.';

revoke execute on function perf.fail_job from public;
grant execute on function perf.fail_job
    to authenticated, service_role, perf_admin, perf_recorder;
