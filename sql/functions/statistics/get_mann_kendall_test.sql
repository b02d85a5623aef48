-- Mann, Econometrica 13 (1945) 245-259; Kendall, Rank Correlation Methods, 1975: the variance with
-- ties, and the continuity correction of one. Pairs that fall are counted bit by bit of the ranks
-- instead of pair by pair: two ranks differ first at one bit, where the larger one has a 1.
create or replace function perf.get_mann_kendall_test(
    "values" double precision[],
    out s bigint,
    out tau double precision,
    out z double precision,
    out p_value double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    n double precision;
    v_pairs double precision;
    -- Pairs of equal values, and pairs of which the later one is smaller.
    v_ties double precision;
    v_falls bigint;
    v_variance double precision;
begin
    perform perf_internal.check_numbers('values', get_mann_kendall_test.values, 100000);
    with ranks as materialized (
        select
            v.position,
            row_number() over (order by v.value, v.position) - 1 as rank,
            count(*) over (partition by v.value) - 1::float8 as others
        from unnest(get_mann_kendall_test.values) with ordinality as v (value, position)
        where v.value is not null
    ),
    bits as (
        select
            r.rank >> b.number & 1 as bit,
            sum(r.rank >> b.number & 1)
                over (partition by b.number, r.rank >> b.number + 1 order by r.position) as ones
        from ranks as r
        cross join generate_series(0, 16) as b (number)
        where 1 << b.number < (select count(*) from ranks)
    )
    select
        r.value_count,
        r.ties,
        r.value_count * (r.value_count - 1) * (2 * r.value_count + 5) / 18 - r.tie_variance,
        coalesce(b.falls, 0)
    into n, v_ties, v_variance, v_falls
    from (
        select
            count(*)::float8 as value_count,
            sum(r.others) / 2 as ties,
            sum(r.others * (2 * r.others + 7)) / 18 as tie_variance
        from ranks as r
    ) as r
    cross join (select sum(b.ones) filter (where b.bit = 0) as falls from bits as b) as b;
    if n < 2 then
        return;
    end if;
    v_pairs := n * (n - 1) / 2;
    s := v_pairs - v_ties - 2 * v_falls;
    tau := s / nullif(sqrt(v_pairs) * sqrt(v_pairs - v_ties), 0);
    z := coalesce((s - sign(s)) / sqrt(nullif(greatest(v_variance, 0), 0)), 0);
    p_value := 2 * perf.get_normal_probability(-abs(z));
end
$$;

comment on function perf.get_mann_kendall_test is
    'Whether values, in their order in time, rise or fall: s is the number of pairs that rise less those that fall, tau is Kendall''s tau-b of value and time (-1 to 1; null where all values are equal), z is s by its deviation where there is no trend, p_value is two-sided by the normal distribution. Null elements are left out. Fewer than 2 values give nulls; from 10 on p_value is accurate. Error 22023: more than 100000 values, NaN, or a value beyond 1e90.';

revoke execute on function perf.get_mann_kendall_test from public;
grant execute on function perf.get_mann_kendall_test
    to authenticated, service_role, perf_admin, perf_analyst;
