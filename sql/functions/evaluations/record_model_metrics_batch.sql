-- The parameter has no name, because then PostgREST passes the whole body of a request in it, also
-- a bare array.
create or replace function perf.record_model_metrics_batch(jsonb)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.record_model_metrics_batch($1);
$$;

comment on function perf.record_model_metrics_batch is
    'Records a batch of evaluations: a JSON array of objects with the arguments of perf.record_model_metrics(), alone or as {"evaluations": [...]}. The parameter has no name, so that PostgREST takes the array as the body of a request. evaluation_date is a time as in ISO 8601, of UTC without an offset. All or nothing; returns how many were new. Errors: 22023 naming the first bad element, 42501 not a recorder, PT409 more than 1000 names of metrics.';

revoke execute on function perf.record_model_metrics_batch from public;
grant execute on function perf.record_model_metrics_batch
    to authenticated, service_role, perf_admin, perf_recorder;
