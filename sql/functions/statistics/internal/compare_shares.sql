-- The z test needs at least 5 expected in each of the four cells. With fewer it would find a
-- difference where a large side has next to none and a small side has one by chance. Then the count
-- of one side, given that of both, is binomial, because the outcome is rare on both sides: the test
-- of two Poisson rates of Przyborowski and Wilenski (Biometrika 31 (1940) 313-323). The p value is
-- twice the smaller tail. Where the outcome is common, its lack is counted.
create or replace function perf_internal.compare_shares(
    successes_a bigint,
    trials_a bigint,
    successes_b bigint,
    trials_b bigint,
    out method text,
    out statistic double precision,
    out p_value double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_trials double precision := compare_shares.trials_a + compare_shares.trials_b;
    v_both double precision := compare_shares.successes_a + compare_shares.successes_b;
    v_rare double precision := least(v_both, v_trials - v_both);
    v_count double precision;
    v_share_a double precision := compare_shares.trials_a / v_trials;
    v_share_b double precision := compare_shares.trials_b / v_trials;
begin
    if v_rare * least(v_share_a, v_share_b) >= 5 then
        method := 'two_proportion';
        select t.z, t.p_value
        into statistic, p_value
        from perf.get_proportion_test(
            compare_shares.successes_a,
            compare_shares.trials_a,
            compare_shares.successes_b,
            compare_shares.trials_b
        ) as t;
        return;
    end if;
    method := 'binomial';
    v_count := case
        when 2 * v_both <= v_trials then compare_shares.successes_b
        else compare_shares.trials_b - compare_shares.successes_b
    end;
    statistic := compare_shares.successes_b;
    p_value := least(
        1,
        2 * case
            when v_count = 0
                then 1
            else perf_internal.get_incomplete_beta(
                v_count, v_rare - v_count + 1, v_share_b, v_share_a
            )
        end,
        2 * case
            when v_count = v_rare
                then 1
            else perf_internal.get_incomplete_beta(
                v_rare - v_count, v_count + 1, v_share_a, v_share_b
            )
        end
    );
end
$$;

comment on function perf_internal.compare_shares is
    'Whether two shares differ: successes of trials on side a and on side b. Method two_proportion: statistic is z of perf.get_proportion_test(). Method binomial, where fewer than 5 would be expected in a cell: statistic is the successes of b, given the successes of both. Trials must be above 0.';

revoke execute on function perf_internal.compare_shares from public;
grant execute on function perf_internal.compare_shares
    to authenticated, service_role, perf_admin, perf_analyst;
