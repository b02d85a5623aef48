-- A bucket says how many values are between its ends, not where. What is taken for them:
--
-- Explicit bounds: as many equal steps as values from end to end, a value in the middle of each. So
-- percentiles are those of histogram_quantile() of Prometheus, which interpolates in the same way, and
-- the error is less than the width of the bucket. Below the first bound they start at 0 where it is
-- positive; beyond the last one all are at that bound, as there.
--
-- Exponential: all at 2 * low * high / (low + high), the point that is relatively as far from both ends,
-- so no value is farther than (base - 1) / (base + 1) from it. base is 2^(2^-scale).
--
-- Where the point says the smallest and the largest value, no bucket reaches beyond them. The sketch
-- adds its own 0.5 %. Count and sum are those of the point, and so is their quotient, the average.
--
-- Steps become bins of the sketch. A bucket with more values than bins counts by bins: up to a bin's
-- end there are as many values as middles of steps. So the time depends on bins, not on values.
create or replace function perf_internal.summarize_otlp_histogram(
    histogram perf_internal.otlp_histogram,
    factor double precision default 1
)
returns perf_internal.value_summary
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    h alias for histogram;
    v_bin constant double precision := ln(1.01::float8);
    v_summary perf_internal.value_summary;
    v_bins integer[];
    v_counts bigint[];
    v_sum constant double precision := h.sum * summarize_otlp_histogram.factor;
    v_average double precision := v_sum / nullif(h.count, 0);
    v_low_limit constant double precision := h.low_limit * summarize_otlp_histogram.factor;
    v_high_limit constant double precision := h.high_limit * summarize_otlp_histogram.factor;
begin
    if h.count is null then
        return perf_internal.summarize_values(array[v_sum]);
    elsif h.count = 0 then
        return null;
    end if;
    with buckets as (
        select
            b.number,
            summarize_otlp_histogram.factor * case
                when b.side = 0 then 0
                when h.scale is null then coalesce(h.bounds[b.index], '-Infinity')
                when b.side > 0 then 2 ^ least(greatest(b.index * 2 ^ -h.scale::float8, -1000), 900)
                else -(2 ^ least(greatest((b.index + 1) * 2 ^ -h.scale::float8, -1000), 900))
            end as low,
            summarize_otlp_histogram.factor * case
                when b.side = 0 then 0
                when h.scale is null then coalesce(h.bounds[b.index + 1], 'Infinity')
                when b.side > 0 then 2 ^ least(greatest((b.index + 1) * 2 ^ -h.scale::float8, -1000), 900)
                else -(2 ^ least(greatest(b.index * 2 ^ -h.scale::float8, -1000), 900))
            end as high
        from unnest(h.sides, h.indexes, h.counts) as b (side, index, number)
    ),
    limited as (
        select b.number, least(l.low, l.high) as low, l.high
        from buckets as b
        cross join lateral (
            select
                case
                    when b.low > '-Infinity' or v_low_limit > '-Infinity'
                        then greatest(b.low, v_low_limit)
                    when b.high = 'Infinity' then v_average
                    when b.high > 0 then 0
                    else b.high
                end as low,
                case
                    when b.high < 'Infinity' or v_high_limit < 'Infinity'
                        then least(b.high, v_high_limit)
                    when b.low > '-Infinity' then greatest(b.low, v_low_limit)
                    else greatest(v_average, v_low_limit)
                end as high
        ) as l
    ),
    -- On one side of 0 each, as distances from it.
    pieces as (
        select p.sign, p.near, p.far, p.number
        from limited as b
        cross join lateral (
            select
                case
                    when b.low >= 0 then 0
                    when b.high <= 0 then b.number
                    else round(b.number * (b.low / (b.low - b.high)))::bigint
                end as negatives
        ) as n
        cross join lateral (
            values
                (-1, greatest(-b.high, 0), -b.low, n.negatives),
                (1, greatest(b.low, 0), b.high, b.number - n.negatives)
        ) as p (sign, near, far, number)
        where p.number > 0
    ),
    placed as (
        select
            p.sign,
            p.number as total,
            p.near,
            p.far,
            case when p.far > p.near and h.scale is null then p.far - p.near else 0 end as width,
            case when p.far > p.near and h.scale is null
                then p.near + (p.far - p.near) * 0.5 / p.number
                when p.far > p.near then 2 * p.near * (p.far / (p.near + p.far))
                else p.near
            end as first_value,
            case when p.far > p.near and h.scale is null
                then p.far - (p.far - p.near) * 0.5 / p.number
                when p.far > p.near then 2 * p.near * (p.far / (p.near + p.far))
                else p.near
            end as last_value
        from pieces as p
    ),
    ranged as (
        select
            p.*,
            ceil(ln(p.first_value) / v_bin)::integer as first_bin,
            ceil(ln(p.last_value) / v_bin)::integer as last_bin
        from placed as p
        where p.first_value > 1e-100
    ),
    counted as (
        -- More steps than bins.
        select r.sign, j.bin, w.value, w.number
        from ranged as r
        cross join lateral generate_series(r.first_bin, r.last_bin) as j (bin)
        cross join lateral (
            select
                least(
                    greatest(1.01::float8 ^ j.bin * 2 / 2.01, r.first_value), r.last_value
                ) as value,
                case
                    when j.bin = r.last_bin then r.total
                    else floor(r.total * ((1.01::float8 ^ j.bin - r.near) / r.width) + 0.5)
                end::bigint
                - case
                    when j.bin = r.first_bin then 0
                    else floor(r.total * ((1.01::float8 ^ (j.bin - 1) - r.near) / r.width) + 0.5)
                end::bigint as number
        ) as w
        where r.last_bin > r.first_bin
            and r.total > r.last_bin - r.first_bin
            and w.number > 0
        union all
        select r.sign, ceil(ln(v.value) / v_bin)::integer, v.value, v.number
        from ranged as r
        cross join lateral (
            select r.near + r.width * (i.step - 0.5) / r.total as value, 1::bigint as number
            from generate_series(1, r.total) as i (step)
            where r.last_bin > r.first_bin
                and r.total <= r.last_bin - r.first_bin
            union all
            select (r.first_value + r.last_value) / 2, r.total
            where r.last_bin = r.first_bin
        ) as v
        union all
        select p.sign, null, 0, p.total
        from placed as p
        where p.first_value <= 1e-100
    )
    select
        sum(c.number),
        sum(c.number * c.sign * c.value),
        sum(c.number * c.value * c.value)
            - sum(c.number * c.sign * c.value) ^ 2 / sum(c.number)::float8,
        min(c.sign * c.value),
        max(c.sign * c.value),
        array_agg(case when c.sign > 0 then c.bin else -200000 - c.bin end)
            filter (where c.bin is not null),
        array_agg(c.number) filter (where c.bin is not null)
    into
        v_summary.value_count,
        v_summary.value_sum,
        v_summary.m2,
        v_summary.minimum,
        v_summary.maximum,
        v_bins,
        v_counts
    from counted as c;
    v_summary.value_sum := coalesce(v_sum, v_summary.value_sum);
    v_summary.minimum := coalesce(h.minimum * summarize_otlp_histogram.factor, v_summary.minimum);
    v_summary.maximum := coalesce(h.maximum * summarize_otlp_histogram.factor, v_summary.maximum);
    if abs(v_summary.value_sum) <= 1e-100 then
        v_summary.value_sum := 0;
    end if;
    if v_summary.m2 <= 1e-200 then
        v_summary.m2 := 0;
    end if;
    v_summary.sketch := perf_internal.make_counted_sketch(v_bins, v_counts);
    return v_summary;
end
$$;

comment on function perf_internal.summarize_otlp_histogram is
    'What is kept of a data point, its values multiplied by a factor. Count and sum are exact, and so are the extremes where the point has them. A value is known by its bucket: within its width for explicit bounds, whose values are taken to be spread evenly, as histogram_quantile() of Prometheus does; within (base - 1) / (base + 1) for exponential ones, base being 2^(2^-scale); and within 0.5 % more. The sum of squared differences is that of the values so taken. Null for no values. Error 22023: a single value that is not 0 and not of a size from 1e-100 to 1e15.';

revoke execute on function perf_internal.summarize_otlp_histogram from public;
