-- The order is the rule: first whether the figures can be trusted, then what must not be, then what
-- was asked.
create or replace function perf_internal.get_ab_recommendation(
    verdict text,
    metric text,
    minimum_effect double precision,
    difference_text text,
    units_a bigint,
    units_b bigint,
    planned_units bigint,
    traffic_split double precision,
    sample_ratio_p_value double precision,
    harmed text[],
    undecided text[],
    difference double precision,
    out recommendation text,
    out reason text
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_metric text := get_ab_recommendation.metric;
    v_found text := coalesce(': ' || get_ab_recommendation.difference_text, '') || '.';
    v_limit text := perf_internal.write_number(get_ab_recommendation.minimum_effect);
begin
    if get_ab_recommendation.sample_ratio_p_value < 0.001 then
        recommendation := 'check_assignment';
        reason := format(
            'A has %s unit%s and B %s. With a traffic_split of %s that comes about by chance with p %s. Find out what is lost or assigned wrongly before you believe a figure.',
            get_ab_recommendation.units_a,
            case when get_ab_recommendation.units_a = 1 then '' else 's' end,
            get_ab_recommendation.units_b,
            get_ab_recommendation.traffic_split,
            perf_internal.write_number(get_ab_recommendation.sample_ratio_p_value)
        );
    elsif cardinality(get_ab_recommendation.harmed) > 0 then
        recommendation := 'ship_a';
        reason := format(
            'B makes a guardrail worse: %s.',
            array_to_string(get_ab_recommendation.harmed, '; ')
        );
    elsif get_ab_recommendation.verdict = 'b_better' then
        recommendation := 'ship_b';
        reason := format('B is better in %s%s', v_metric, v_found) || case
            when cardinality(get_ab_recommendation.undecided) > 0
            then format(
                ' No guardrail is shown to be worse, but %s may be.',
                array_to_string(get_ab_recommendation.undecided, ', ')
            )
            else ''
        end;
    elsif get_ab_recommendation.verdict = 'a_better' then
        recommendation := 'ship_a';
        reason := format('A is better in %s%s', v_metric, v_found);
    elsif get_ab_recommendation.verdict = 'no_difference' then
        recommendation := 'stop_no_difference';
        reason := format(
            'The difference in %s is smaller than %s, the smallest that matters%s',
            v_metric, v_limit, v_found
        );
    else
        recommendation := 'keep_running';
        reason := case
            when least(
                coalesce(get_ab_recommendation.units_a, 0),
                coalesce(get_ab_recommendation.units_b, 0)
            ) < 30
            then format(
                'A has %s unit%s with %s and B %s. The test needs 30 of each before it decides.',
                coalesce(get_ab_recommendation.units_a, 0),
                case when get_ab_recommendation.units_a = 1 then '' else 's' end,
                v_metric,
                coalesce(get_ab_recommendation.units_b, 0)
            )
            when get_ab_recommendation.difference_text is null
                and get_ab_recommendation.difference <> 0
            then format(
                'Outcomes of %s vary too little beside their size, so how much is not known. Record them less a constant in another test.',
                v_metric
            )
            when get_ab_recommendation.difference_text is null
            then format('All outcomes of %s are equal so far.', v_metric)
            else format('The difference in %s is not known well enough%s', v_metric, v_found)
                || case
                    when get_ab_recommendation.units_a + get_ab_recommendation.units_b
                        < get_ab_recommendation.planned_units
                    then format(
                        ' %s of %s planned units have come.',
                        get_ab_recommendation.units_a + get_ab_recommendation.units_b,
                        get_ab_recommendation.planned_units
                    )
                    when get_ab_recommendation.planned_units is not null
                    then format(
                        ' All %s planned units have come: stop where more would cost more than the answer is worth.',
                        get_ab_recommendation.planned_units
                    )
                    else ''
                end
        end;
    end if;
end
$$;

comment on function perf_internal.get_ab_recommendation is
    'What to do about an A/B test and why, from the verdict of its primary metric (units_a and units_b have it), its sample ratio and its guardrails: check_assignment, ship_a, ship_b, stop_no_difference or keep_running.';

revoke execute on function perf_internal.get_ab_recommendation from public;
grant execute on function perf_internal.get_ab_recommendation
    to authenticated, service_role, perf_admin, perf_analyst;
