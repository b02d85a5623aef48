-- security definer: callers may not write features or add their series themselves; their role is
-- checked first. A retry conflicts with its first attempt at the unique key and changes nothing, also
-- when both run at once.
create or replace function perf_internal.record_feature_values(
    model_type text,
    machine_id uuid,
    feature text,
    "values" double precision[],
    categories jsonb,
    observed_at timestamptz,
    batch_id uuid
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_batch perf_internal.feature_batch;
    v_problem text;
begin
    perform perf_internal.require_role('recorder');
    v_batch := row(
        record_feature_values.model_type,
        record_feature_values.machine_id,
        record_feature_values.feature,
        record_feature_values.values,
        record_feature_values.categories,
        record_feature_values.observed_at,
        record_feature_values.batch_id
    );
    v_problem := perf_internal.get_feature_problem(v_batch);
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    return perf_internal.record_features(array[v_batch], is_batch => false) = 1;
end
$$;

comment on function perf_internal.record_feature_values is
    'As perf.record_feature_values(), which calls it.';

revoke execute on function perf_internal.record_feature_values from public;
grant execute on function perf_internal.record_feature_values
    to authenticated, service_role, perf_admin, perf_recorder;
