-- plpgsql, because that keeps the plan.
create or replace function perf.record_calls(jsonb)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.record_calls($1);
end
$$;

comment on function perf.record_calls is
    'Records a batch: a JSON array of objects with the arguments of perf.record_call(), alone or as {"calls": [...]}. The parameter has no name, so that PostgREST takes the array as the body of a request. A call_id may be any text, of which perf.get_call_id() makes a UUID. call_timestamp is a time as in ISO 8601, of UTC without an offset. All or nothing; returns how many were new. Errors: 22023 or PT404 naming the first bad element, 42501 not a recorder.';

revoke execute on function perf.record_calls from public;
grant execute on function perf.record_calls
    to authenticated, service_role, perf_admin, perf_recorder;
