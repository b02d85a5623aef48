-- security definer: callers may not write drift checks or evaluations themselves; their role is
-- checked first.
--
-- The row of the trained model is locked before anything is read. So checks of one model run one
-- after the other, each with all that was committed before it, and what the evaluation says is of
-- the last of them. The lock does not stop those who record. It is taken before the training and the
-- alert that a check may write, so checks cannot deadlock.
--
-- All tests of a check are corrected together, so a check without drift errs in at most alpha of
-- all cases, however many features there are.
create or replace function perf_internal.check_model_drift(
    model_type text,
    machine_id uuid,
    start_time timestamptz,
    end_time timestamptz,
    method text,
    alpha double precision,
    minimum_sample bigint,
    correction text,
    retrain boolean
)
returns table (
    check_id bigint,
    drift_detected boolean,
    drift_score double precision,
    drift_details jsonb,
    training_id uuid
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_model_id uuid;
    v_reference perf.drift_references;
    v_tests jsonb;
    v_test_count bigint;
    v_drift_count bigint;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_drift_arguments(
        check_model_drift.start_time,
        check_model_drift.end_time,
        check_model_drift.method,
        check_model_drift.alpha,
        check_model_drift.minimum_sample,
        check_model_drift.correction
    );
    v_model_id := perf_internal.get_trained_model(
        check_model_drift.model_type, check_model_drift.machine_id
    );
    if v_model_id is null then
        raise exception using
            errcode = 'PT404',
            message = format(
                'there is no model type %s on %s',
                perf_internal.quote_value(check_model_drift.model_type),
                coalesce('machine ' || check_model_drift.machine_id, 'no machine')
            ),
            hint = 'The first evaluation or feature that is recorded adds it, or perf.set_drift_reference().';
    end if;
    perform from perf_internal.trained_models as m where m.id = v_model_id for no key update;
    select d.* into v_reference
    from perf.drift_references as d
    where d.trained_model_id = v_model_id;
    if v_reference.trained_model_id is null then
        raise exception using
            errcode = 'PT409',
            message = format(
                'model type %s has no reference to compare with',
                perf_internal.quote_value(check_model_drift.model_type)
            ),
            hint = 'Set one with perf.set_drift_reference() or perf.save_feature_profile().';
    elsif check_model_drift.start_time < v_reference.end_time
        and check_model_drift.end_time > v_reference.start_time
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'the range from %s to %s must not overlap the reference, which is from %s to %s',
                check_model_drift.start_time, check_model_drift.end_time,
                v_reference.start_time, v_reference.end_time
            ),
            hint = 'Check a range after the reference, or set an earlier reference.';
    end if;
    with tests as materialized (
        select t.*, row_number() over () as position
        from (
            select f.*
            from perf_internal.test_features(
                v_model_id, check_model_drift.start_time, check_model_drift.end_time,
                check_model_drift.method, check_model_drift.alpha, check_model_drift.minimum_sample
            ) as f
            union all
            select m.*
            from perf_internal.test_metrics(
                v_model_id,
                coalesce(v_reference.start_time, '-infinity'),
                coalesce(v_reference.end_time, check_model_drift.start_time),
                check_model_drift.start_time, check_model_drift.end_time
            ) as m
            union all
            select s.*
            from unnest(array['calls', 'jobs']) as p (pipeline)
            cross join lateral perf_internal.test_series(
                p.pipeline, btrim(check_model_drift.model_type),
                v_reference.start_time, v_reference.end_time,
                check_model_drift.start_time, check_model_drift.end_time,
                check_model_drift.method, check_model_drift.alpha, check_model_drift.minimum_sample
            ) as s
        ) as t
    ),
    judged as (
        select
            t.*,
            count(t.p_value) over () as test_count,
            a.adjusted_p_value,
            a.adjusted_p_value <= check_model_drift.alpha as is_significant,
            coalesce(a.adjusted_p_value <= check_model_drift.alpha and t.counts, false) as drifted
        from tests as t
        join (
            select c.p_values
            from (select array_agg(t.p_value order by t.position) as p_values from tests as t) as p
            cross join lateral (
                select case check_model_drift.correction
                    when 'holm' then perf.get_holm_adjusted(p.p_values)
                    when 'benjamini_hochberg'
                        then perf.get_benjamini_hochberg_adjusted(p.p_values)
                    else p.p_values
                end as p_values
            ) as c
            -- Else the function is called again for each test.
            offset 0
        ) as c on true
        cross join lateral (select c.p_values[t.position] as adjusted_p_value) as a
    )
    select
        jsonb_build_object(
            'tests',
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'kind', j.kind,
                        'name', j.name,
                        'method', j.method,
                        'statistic', j.statistic,
                        -- JSON has no exponents here: 1e-300 would be a text of 302 characters.
                        'p_value', case when j.p_value < 1e-30 then 0 else j.p_value end,
                        'adjusted_p_value',
                        case when j.adjusted_p_value < 1e-30 then 0 else j.adjusted_p_value end,
                        'effect', j.effect,
                        'threshold', j.threshold,
                        'n_reference', j.n_reference,
                        'n_current', j.n_current,
                        'reference_value', j.reference_value,
                        'current_value', j.current_value,
                        'drifted', j.drifted,
                        'note', case
                            when j.is_significant then j.note
                            when j.p_value <= check_model_drift.alpha
                            then format(
                                'Significant alone, but not after the correction for %s tests.',
                                j.test_count
                            )
                        end
                    )
                    order by j.drifted desc, j.effect desc, j.p_value, j.kind, j.name
                ) filter (where j.p_value is not null),
                '[]'
            ),
            'skipped',
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'kind', j.kind,
                        'name', j.name,
                        'n_reference', j.n_reference,
                        'n_current', j.n_current,
                        'reason', j.note
                    )
                    order by j.kind, j.name
                ) filter (where j.p_value is null),
                '[]'
            )
        ),
        count(j.p_value),
        count(*) filter (where j.drifted),
        -- Null where nothing was tested: that is not the same as no drift.
        case when count(j.p_value) > 0
            then coalesce(max(j.effect) filter (where j.drifted), 0)
        end
    into v_tests, v_test_count, v_drift_count, drift_score
    from judged as j;
    drift_detected := case when v_test_count > 0 then v_drift_count > 0 end;
    drift_details := jsonb_build_object(
        'windows', jsonb_build_object(
            'reference', jsonb_build_object(
                'kind', v_reference.kind,
                'start_time', v_reference.start_time,
                'end_time', v_reference.end_time
            ),
            'current', jsonb_build_object(
                'start_time', check_model_drift.start_time,
                'end_time', check_model_drift.end_time
            )
        ),
        'method', check_model_drift.method,
        'alpha', check_model_drift.alpha,
        'correction', check_model_drift.correction,
        'minimum_sample', check_model_drift.minimum_sample
    ) || v_tests;
    if check_model_drift.retrain and drift_detected then
        training_id := perf.trigger_retraining(
            check_model_drift.model_type,
            check_model_drift.machine_id,
            'drift',
            format(
                'Drift in %s of %s tests. The largest is in %s %s: %s.',
                v_drift_count, v_test_count,
                v_tests #>> '{tests,0,kind}', v_tests #>> '{tests,0,name}',
                round(drift_score::numeric, 3)
            )
        );
    end if;
    insert into perf.model_drift_checks as c (
        trained_model_id, start_time, end_time, reference_start, reference_end,
        drift_detected, drift_score, drift_details, training_id
    )
    values (
        v_model_id, check_model_drift.start_time, check_model_drift.end_time,
        v_reference.start_time, v_reference.end_time,
        drift_detected, drift_score, drift_details, training_id
    )
    returning c.id into check_id;
    if v_test_count > 0 then
        update perf.model_performance_metrics as r
        set drift_detected = check_model_drift.drift_detected,
            drift_score = check_model_drift.drift_score,
            drift_details = check_model_drift.drift_details
        from (
            select n.id, n.evaluation_date
            from perf.model_performance_metrics as n
            where n.series_id = v_model_id
                and n.evaluation_date < check_model_drift.end_time
            order by n.evaluation_date desc, n.id desc
            limit 1
        ) as n
        where r.series_id = v_model_id
            and r.evaluation_date = n.evaluation_date
            and r.id = n.id;
    end if;
    return next;
end
$$;

comment on function perf_internal.check_model_drift is 'See perf.check_model_drift().';

revoke execute on function perf_internal.check_model_drift from public;
grant execute on function perf_internal.check_model_drift
    to authenticated, service_role, perf_admin;
