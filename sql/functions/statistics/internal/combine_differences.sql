-- Two questions, and the stricter answer counts.
--
-- Is there a difference in these strata as they are? The variance of the weighted mean follows
-- from the variances within them, the degrees of freedom from Satterthwaite's formula (Biometrics
-- Bulletin 2 (1946) 110-114).
--
-- Would there be one in other groups like these? The difference may vary from group to group, so
-- groups are the units: the squared distances of their means, each divided by what it has where
-- all groups vary alike, and the degrees of freedom that fit that case (CR2 of Bell and McCaffrey,
-- Survey Methodology 28 (2002) 169-181; with equal weights Hartung and Knapp, Statistics in
-- Medicine 20 (2001) 3875-3889). One or two groups cannot answer.
--
-- Each of the two errs in 5 % of the cases that it is made for, so both together err in at most 5 %
-- of either. Weights must not depend on the estimates.
create or replace function perf_internal.combine_differences(
    estimates double precision[],
    variances double precision[],
    degrees_of_freedom double precision[],
    weights double precision[],
    group_numbers bigint[],
    confidence double precision,
    out estimate double precision,
    out low double precision,
    out high double precision,
    out p_value double precision,
    out group_count bigint
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_within record;
    v_groups record;
    v_reach double precision;
    v_other_reach double precision;
begin
    select
        sum(s.weight * s.estimate) as estimate,
        sum(s.weight ^ 2 * s.variance) as variance,
        sum(s.weight ^ 2 * s.variance) ^ 2
            / sum((s.weight ^ 2 * s.variance) ^ 2 / s.freedom) as freedom
    into v_within
    from (
        select
            u.estimate,
            u.variance,
            u.freedom,
            u.weight / sum(u.weight) over () as weight
        from unnest(
            combine_differences.estimates,
            combine_differences.variances,
            combine_differences.degrees_of_freedom,
            combine_differences.weights
        ) as u (estimate, variance, freedom, weight)
    ) as s;
    estimate := v_within.estimate;
    if estimate is null then
        return;
    end if;
    v_reach := sqrt(v_within.variance) * perf.get_student_t_quantile(
        (1 + combine_differences.confidence) / 2, v_within.freedom
    );
    p_value := 2 * perf.get_student_t_probability(
        -abs(estimate) / sqrt(v_within.variance), v_within.freedom
    );
    -- The sums over all pairs of groups of factor * factor * covariance ^ 2, where the covariance
    -- of two distances is squares - weight - weight, are products of sums over groups.
    select
        count(*) as group_count,
        sum(d.factor * (d.mean - v_within.estimate) ^ 2) as variance,
        min(d.squares) ^ 2 / (
            min(d.squares) ^ 2 * sum(d.factor) ^ 2
            + 2 * sum(d.factor) * sum(d.factor * d.weight ^ 2)
            - 4 * min(d.squares) * sum(d.factor) * sum(d.factor * d.weight)
            + 2 * sum(d.factor * d.weight) ^ 2
            - sum((d.factor * (d.squares - 2 * d.weight)) ^ 2)
            + sum(d.weight ^ 4)
        ) as freedom
    into v_groups
    from (
        select
            g.weight,
            g.mean,
            sum(g.weight ^ 2) over () as squares,
            -- With one group it is not used, and the distance of its own mean is 0.
            g.weight ^ 2 / nullif(1 - 2 * g.weight + sum(g.weight ^ 2) over (), 0) as factor
        from (
            select
                sum(u.weight) / sum(sum(u.weight)) over () as weight,
                sum(u.weight * u.estimate) / sum(u.weight) as mean
            from unnest(
                combine_differences.estimates,
                combine_differences.weights,
                combine_differences.group_numbers
            ) as u (estimate, weight, group_number)
            group by u.group_number
        ) as g
    ) as d;
    group_count := v_groups.group_count;
    if group_count > 2 then
        v_other_reach := sqrt(v_groups.variance) * perf.get_student_t_quantile(
            (1 + combine_differences.confidence) / 2, greatest(v_groups.freedom, 1)
        );
        if v_groups.variance > 0 then
            p_value := greatest(
                p_value,
                2 * perf.get_student_t_probability(
                    -abs(estimate) / sqrt(v_groups.variance), greatest(v_groups.freedom, 1)
                )
            );
        end if;
    end if;
    low := estimate - greatest(v_reach, v_other_reach);
    high := estimate + greatest(v_reach, v_other_reach);
end
$$;

comment on function perf_internal.combine_differences is
    'Weighted mean of differences that were measured in several strata (estimate, its variance and the degrees of freedom of that, a weight, and the group of strata that it belongs to), with confidence interval and p value. From three groups on these allow for a difference that varies from group to group. Null without strata. All variances and weights must be above 0.';

revoke execute on function perf_internal.combine_differences from public;
grant execute on function perf_internal.combine_differences
    to authenticated, service_role, perf_admin, perf_analyst;
