-- plpgsql, because that keeps the plan.
create or replace function perf.record_job_metrics_batch(jsonb)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.record_job_metrics_batch($1);
end
$$;

comment on function perf.record_job_metrics_batch is
    'Records a batch of jobs that are over: a JSON array of objects with the arguments of perf.record_job_metrics(), alone or as {"jobs": [...]}. The parameter has no name, so that PostgREST takes the array as the body of a request. Times are as in ISO 8601, of UTC without an offset. All or nothing; returns how many were new. Errors: 22023 or PT404 naming the first bad element, 42501 not a recorder.';

revoke execute on function perf.record_job_metrics_batch from public;
grant execute on function perf.record_job_metrics_batch
    to authenticated, service_role, perf_admin, perf_recorder;
