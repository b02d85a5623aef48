-- The parameter has no name, because then PostgREST passes the whole body of a request in it, also
-- a bare array.
create or replace function perf.record_feature_batches(jsonb)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.record_feature_batches($1);
$$;

comment on function perf.record_feature_batches is
    'Records values of many features, trained models or times: a JSON array of objects with the arguments of perf.record_feature_values(), alone or as {"batches": [...]}. The parameter has no name, so that PostgREST takes the array as the body of a request. observed_at is a time as in ISO 8601, of UTC without an offset. All or nothing; returns how many elements were new. Several features may have one batch_id. Errors: 22023 or PT409 naming the first bad element, 42501 not a recorder.';

revoke execute on function perf.record_feature_batches from public;
grant execute on function perf.record_feature_batches
    to authenticated, service_role, perf_admin, perf_recorder;
