-- security definer: callers may not write jobs themselves; their role is checked first.
create or replace function perf_internal.fail_job(
    job_id bigint,
    error text,
    result jsonb,
    completed_at timestamptz,
    worker_name text
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

comment on function perf_internal.fail_job is 'Does the work of perf.fail_job().';

revoke execute on function perf_internal.fail_job from public;
grant execute on function perf_internal.fail_job
    to authenticated, service_role, perf_admin, perf_recorder;
