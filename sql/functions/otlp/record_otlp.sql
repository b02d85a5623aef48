-- plpgsql, because that keeps the plan.
create or replace function perf.record_otlp(json)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.record_otlp($1);
end
$$;

comment on function perf.record_otlp is
    'Records what an exporter of OpenTelemetry sends: an ExportTraceServiceRequest or ExportMetricsServiceRequest in OTLP/JSON. The parameter has no name, so that PostgREST takes the body of a request as it is. Spans that are calls of a model, by the conventions of GenAI and OpenInference, are recorded as perf.record_calls() does; a span that comes twice counts once. Histograms, and sums and gauges whose names begin with gen_ai., become metrics that perf.query_metrics() answers for: durations in ms, names that do not begin with gen_ai. with otel. before them. Buckets limit what is known of a value: explicit bounds to their width, exponential ones to (base - 1) / (base + 1). Answers as OTLP does, with three more keys: recorded, skipped (recorded before) and ignored (spans that are no calls, points that are not counted). partialSuccess counts what was rejected and says why the first were. A body has at most 64 MB. Errors: 22023 not OTLP/JSON, naming the place, 42501 not a recorder.';

revoke execute on function perf.record_otlp from public;
grant execute on function perf.record_otlp
    to authenticated, service_role, perf_admin, perf_recorder;
