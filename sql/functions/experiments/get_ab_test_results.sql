-- A completed test returns what perf.stop_ab_test() stored. Other tests are computed.
create or replace function perf.get_ab_test_results(
    test_id uuid,
    confidence double precision default 0.95
)
returns table (
    metric text,
    role text,
    better text,
    minimum_effect double precision,
    units_a bigint,
    units_b bigint,
    outcomes_a bigint,
    outcomes_b bigint,
    mean_a double precision,
    mean_b double precision,
    p50_a double precision,
    p50_b double precision,
    p95_a double precision,
    p95_b double precision,
    difference double precision,
    relative_difference double precision,
    method text,
    low double precision,
    high double precision,
    p_value double precision,
    always_valid_low double precision,
    always_valid_high double precision,
    always_valid_p_value double precision,
    adjusted_p_value double precision,
    chance_to_win double precision,
    verdict text,
    sample_ratio_p_value double precision,
    recommendation text,
    reason text,
    confidence_level double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_test perf.model_ab_tests;
begin
    perform perf_internal.require_role('analyst');
    v_test := perf_internal.get_ab_test(get_ab_test_results.test_id);
    -- PostgreSQL sorts NaN above every number.
    if not coalesce(get_ab_test_results.confidence between 0.5 and 0.999999, false) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'confidence must be between 0.5 and 0.999999, got '
                || coalesce(get_ab_test_results.confidence::text, 'null');
    end if;
    return query
    with judged as materialized (
        select
            c.*,
            case when c.role = 'guardrail' then h.adjusted[h.position] end as adjusted_p_value,
            perf_internal.get_ab_verdict(
                c.role = 'guardrail',
                c.better,
                c.minimum_effect,
                c.always_valid_low,
                c.always_valid_high,
                h.adjusted[h.position] <= 1 - get_ab_test_results.confidence
            ) as verdict,
            -- Of each unit, also where it has no outcome of the primary metric.
            first_value(
                perf.get_sample_ratio_probability(c.units_a, c.units_b, v_test.traffic_split)
            ) over (order by c.units_a + c.units_b desc, c.metric) as sample_ratio_p_value,
            format(
                '%s (%s %% interval, valid at every look: %s to %s)',
                perf_internal.write_number(c.difference),
                get_ab_test_results.confidence * 100,
                perf_internal.write_number(c.always_valid_low),
                perf_internal.write_number(c.always_valid_high)
            ) as difference_text
        from (
            select
                k.*,
                count(*) filter (where k.role = 'guardrail') over (order by k.metric) as position,
                array_agg(k.always_valid_p_value) filter (where k.role = 'guardrail') over (
                    order by k.metric rows between unbounded preceding and unbounded following
                ) as p_values
            from perf_internal.compare_ab_test(v_test.id, get_ab_test_results.confidence) as k
            where v_test.test_status = 'running'
        ) as c
        cross join lateral (
            select perf.get_holm_adjusted(c.p_values) as adjusted, c.position
        ) as h
    )
    select
        j.metric,
        j.role,
        j.better,
        j.minimum_effect,
        j.units_a,
        j.units_b,
        j.outcomes_a,
        j.outcomes_b,
        j.mean_a,
        j.mean_b,
        j.percentiles_a[1],
        j.percentiles_b[1],
        j.percentiles_a[2],
        j.percentiles_b[2],
        j.difference,
        j.difference / nullif(abs(j.mean_a), 0),
        j.method,
        j.low,
        j.high,
        j.p_value,
        j.always_valid_low,
        j.always_valid_high,
        j.always_valid_p_value,
        j.adjusted_p_value,
        j.chance_to_win,
        j.verdict,
        case when j.role = 'primary' then j.sample_ratio_p_value end,
        r.recommendation,
        r.reason,
        get_ab_test_results.confidence
    from judged as j
    left join lateral perf_internal.get_ab_recommendation(
        j.verdict,
        j.metric,
        j.minimum_effect,
        case when j.always_valid_low is not null then j.difference_text end,
        j.units_a,
        j.units_b,
        v_test.planned_units,
        v_test.traffic_split,
        j.sample_ratio_p_value,
        array(
            select g.metric || ' ' || g.difference_text
            from judged as g
            where g.verdict = 'harmed'
            order by g.metric
        ),
        array(
            select g.metric
            from judged as g
            where g.role = 'guardrail' and g.verdict = 'undecided'
            order by g.metric
        ),
        j.difference
    ) as r on j.role = 'primary'
    order by array_position('{primary,guardrail,other}', j.role), j.metric;
    if v_test.test_status = 'completed' then
        return query
        select f.*
        from jsonb_to_recordset(v_test.winner_metrics) as f (
            metric text,
            role text,
            better text,
            minimum_effect double precision,
            units_a bigint,
            units_b bigint,
            outcomes_a bigint,
            outcomes_b bigint,
            mean_a double precision,
            mean_b double precision,
            p50_a double precision,
            p50_b double precision,
            p95_a double precision,
            p95_b double precision,
            difference double precision,
            relative_difference double precision,
            method text,
            low double precision,
            high double precision,
            p_value double precision,
            always_valid_low double precision,
            always_valid_high double precision,
            always_valid_p_value double precision,
            adjusted_p_value double precision,
            chance_to_win double precision,
            verdict text,
            sample_ratio_p_value double precision,
            recommendation text,
            reason text,
            confidence_level double precision
        );
    end if;
end
$$;

comment on function perf.get_ab_test_results is
    'What an A/B test has found so far, with outcomes that no run has read yet: a row per metric, the primary one first. difference is that of the means, B - A. low, high and p_value are for a single look at the end (method welch_t, proportions_z for outcomes of 0 and 1, delta_z where units have several outcomes). always_valid_low, always_valid_high and always_valid_p_value hold however often you look (normal mixture, from 30 units in each variant, for metrics with a minimum_effect). chance_to_win is the probability that B is better (flat prior). verdict: b_better, a_better, no_difference (smaller than minimum_effect) or undecided; of a guardrail harmed (by adjusted_p_value, Holm over the guardrails), unharmed (not worse by minimum_effect) or undecided. The first row has recommendation (ship_a, ship_b, keep_running, stop_no_difference, check_assignment), its reason, and sample_ratio_p_value, the chance of such numbers of units; below 0.001 the test cannot be trusted. p50 and p95 are of outcomes, within 0.5 %; null where all are 0 or 1. A completed test returns what it had found at its end, always with a confidence of 0.95; confidence_level is that of a row. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such test.';

revoke execute on function perf.get_ab_test_results from public;
grant execute on function perf.get_ab_test_results
    to authenticated, service_role, perf_admin, perf_analyst;
