create or replace view perf_internal.otlp_series_labels
with (security_invoker = true)
as
select
    s.id as series_id,
    jsonb_build_object(
        'model', s.model,
        'tool', s.tool,
        'provider', s.provider,
        'service', s.service,
        'error_type', s.error_type,
        'token_type', s.token_type
    ) as labels
from perf_internal.otlp_series as s;

comment on view perf_internal.otlp_series_labels is
    'The labels of each series of metrics of OpenTelemetry: model, tool, provider, service, error_type, token_type.';

grant select on perf_internal.otlp_series_labels
    to authenticated, service_role, perf_admin, perf_analyst;
