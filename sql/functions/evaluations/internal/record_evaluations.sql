-- Models, then evaluations, then names, each in one order, so that two batches cannot deadlock. The
-- unique key of evaluations lets one of two sessions record one; the other waits for that
-- transaction, and then finds it recorded.
create or replace function perf_internal.record_evaluations(evaluations jsonb)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $$
declare
    v_recorded bigint;
    v_names text[];
begin
    perform perf_internal.check_origin();
    perform perf_internal.add_trained_model(n.model_type, n.machine_id)
    from (
        select distinct
            btrim(e ->> 'model_type') as model_type,
            (e ->> 'machine_id')::uuid as machine_id
        from jsonb_array_elements(record_evaluations.evaluations) as e
        order by 1, 2
    ) as n;
    perform set_config('perf.rows_are_checked', 'on', true);
    with recorded as (
        insert into perf.model_performance_metrics (
            series_id,
            evaluation_date,
            model_id,
            machine_id,
            r_squared,
            rmse,
            mae,
            mape,
            precision,
            recall,
            f1_score,
            data_completeness,
            sample_count,
            model_type,
            model_version,
            metrics
        )
        select
            m.id,
            coalesce((e ->> 'evaluation_date')::timestamptz, now()),
            (e ->> 'model_id')::uuid,
            m.machine_id,
            perf_internal.get_float(e -> 'r_squared'),
            perf_internal.get_float(e -> 'rmse'),
            perf_internal.get_float(e -> 'mae'),
            perf_internal.get_float(e -> 'mape'),
            perf_internal.get_float(e -> 'precision'),
            perf_internal.get_float(e -> 'recall'),
            perf_internal.get_float(e -> 'f1_score'),
            perf_internal.get_float(e -> 'data_completeness'),
            (e ->> 'sample_count')::numeric::bigint,
            m.model_type,
            btrim(e ->> 'model_version'),
            nullif(nullif(e -> 'metrics', 'null'), '{}')
        from jsonb_array_elements(record_evaluations.evaluations) with ordinality as g (e, position)
        join perf_internal.trained_models as m
            on m.model_type = btrim(e ->> 'model_type')
            and m.machine_id is not distinct from (e ->> 'machine_id')::uuid
        -- Of one that comes twice the first counts.
        order by 1, 2, 3, 15, g.position
        on conflict do nothing
        returning id, metrics
    )
    select count(distinct r.id), array_agg(distinct n.name) filter (where n.name is not null)
    into v_recorded, v_names
    from recorded as r
    left join lateral unnest(perf_internal.get_evaluation_measures(r.metrics)) as n on true;
    perform set_config('perf.rows_are_checked', 'off', true);
    perform perf_internal.add_named_metrics('evaluations', v_names);
    return v_recorded;
end
$$;

comment on function perf_internal.record_evaluations is
    'Records a JSON array of evaluations that were checked; returns how many were new. For perf.record_model_metrics() and its batch.';

revoke execute on function perf_internal.record_evaluations from public;
