create or replace view perf_internal.feature_series_labels
with (security_invoker = true)
as
select
    f.id as series_id,
    jsonb_build_object(
        'model_type', m.model_type,
        'machine_id', m.machine_id,
        'feature', f.feature,
        'kind', f.kind,
        'category', f.category
    ) as labels
from perf_internal.feature_series as f
join perf_internal.trained_models as m on m.id = f.trained_model_id;

comment on view perf_internal.feature_series_labels is
    'The labels of each series of features: model_type, machine_id, feature, kind, category.';

grant select on perf_internal.feature_series_labels
    to authenticated, service_role, perf_admin, perf_analyst;
