-- What perf.v_latest_model_performance reads in a cluster, where no view can ask for one row of each
-- series, and where only functions with the rights of the owner reach rows of evaluations. One worker
-- has all rows of a series. On one server the view asks an index, which is faster.
create or replace function perf_internal.get_latest_evaluations()
returns table (
    series_id uuid,
    id bigint,
    model_id uuid,
    model_version text,
    evaluation_date timestamptz,
    r_squared double precision,
    rmse double precision,
    mae double precision,
    mape double precision,
    "precision" double precision,
    recall double precision,
    f1_score double precision,
    sample_count bigint,
    data_completeness double precision,
    metrics jsonb,
    drift_detected boolean,
    drift_score double precision,
    drift_details jsonb,
    created_at timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not perf_internal.has_any_role('analyst') then
        return;
    end if;
    return query
    select distinct on (r.series_id)
        r.series_id,
        r.id,
        r.model_id,
        r.model_version,
        r.evaluation_date,
        r.r_squared,
        r.rmse,
        r.mae,
        r.mape,
        r.precision,
        r.recall,
        r.f1_score,
        r.sample_count,
        r.data_completeness,
        r.metrics,
        r.drift_detected,
        r.drift_score,
        r.drift_details,
        r.created_at
    from perf.model_performance_metrics as r
    order by r.series_id, r.evaluation_date desc, r.id desc;
end
$$;

comment on function perf_internal.get_latest_evaluations is
    'The latest evaluation of each series; of several at one time the one recorded last. Nothing for who is no analyst.';

revoke execute on function perf_internal.get_latest_evaluations from public;
grant execute on function perf_internal.get_latest_evaluations
    to authenticated, service_role, perf_admin, perf_analyst;
