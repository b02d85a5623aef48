-- Hahn, Meeker, Statistical Intervals (1991), 4.8: the prediction interval of the mean of m future values
-- from the mean and standard deviation of n past ones, here times m, for their sum. Values are taken for
-- independent and normal, and part of a day for that part of its mean and variance.
create or replace function perf_internal.get_spending_projection(
    daily_costs double precision[],
    remaining_days double precision,
    spent double precision,
    confidence double precision default 0.9,
    out projected double precision,
    out low double precision,
    out high double precision
)
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select
        get_spending_projection.spent + greatest(s.sum, 0),
        get_spending_projection.spent + greatest(s.sum - s.margin, 0),
        get_spending_projection.spent + s.sum + s.margin
    from (
        select
            get_spending_projection.remaining_days * avg(d.cost) as sum,
            perf.get_student_t_quantile(
                (1 + get_spending_projection.confidence) / 2, count(*) - 1
            ) * coalesce(stddev_samp(d.cost), 0) * sqrt(
                get_spending_projection.remaining_days
                    + get_spending_projection.remaining_days ^ 2 / count(*)
            ) as margin
        from unnest(get_spending_projection.daily_costs) as d (cost)
        -- The interval of fewer says nothing.
        having count(*) >= 7
    ) as s;
$$;

comment on function perf_internal.get_spending_projection is
    'What is spent at the end of a period, by the mean of whole past days, with the interval that holds it with the probability confidence if days are independent and their costs normal. Null with fewer than 7 days.';

revoke execute on function perf_internal.get_spending_projection from public;
grant execute on function perf_internal.get_spending_projection
    to authenticated, service_role, perf_admin, perf_analyst;
