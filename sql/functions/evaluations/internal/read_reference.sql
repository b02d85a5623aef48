create or replace function perf_internal.read_reference(trained_model_id uuid)
returns table (
    feature text,
    kind text,
    category text,
    value_count bigint,
    value_sum double precision,
    m2 double precision,
    minimum double precision,
    maximum double precision,
    sketch numeric
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_reference perf.drift_references;
begin
    select d.* into v_reference
    from perf.drift_references as d
    where d.trained_model_id = read_reference.trained_model_id;
    if v_reference.kind = 'window' then
        return query
        select f.*
        from perf_internal.read_features(
            read_reference.trained_model_id, v_reference.start_time, v_reference.end_time
        ) as f;
    elsif v_reference.kind = 'profile' then
        return query
        select
            p.feature, p.kind, p.category, p.count, p.sum, p.m2, p.min, p.max, p.sketch
        from perf_internal.feature_profiles as p
        where p.trained_model_id = read_reference.trained_model_id;
    end if;
end
$$;

comment on function perf_internal.read_reference is
    'What the features of a trained model are compared with, as perf_internal.read_features() returns features: those of the time range of perf.set_drift_reference(), or the profile of perf.save_feature_profile(). No row without either.';

revoke execute on function perf_internal.read_reference from public;
grant execute on function perf_internal.read_reference
    to authenticated, service_role, perf_admin, perf_analyst;
