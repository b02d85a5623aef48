-- Values are known by bins of 1 %. Buckets narrower than the bins in them would be empty or full
-- by where the bins happen to lie. So no bucket is narrower than the widest bin, 1 % of the
-- extreme that is farthest from 0. One that is hardly wider may still have two bins beside
-- others with one.
create or replace function perf_internal.get_sketch_histogram(
    sketch numeric,
    total_count bigint,
    minimum double precision,
    maximum double precision,
    bucket_count integer default 20
)
returns table (bucket_from double precision, bucket_until double precision, value_count bigint)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_minimum double precision;
    v_maximum double precision;
    v_largest double precision;
    v_buckets integer := get_sketch_histogram.bucket_count;
begin
    if coalesce(v_buckets not between 1 and 1000, true) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'bucket_count must be between 1 and 1000, got %s', coalesce(v_buckets::text, 'null')
            );
    end if;
    select
        coalesce(get_sketch_histogram.minimum, min(b.bin_value)),
        coalesce(get_sketch_histogram.maximum, max(b.bin_value))
    into v_minimum, v_maximum
    from perf_internal.get_sketch_bins(
        get_sketch_histogram.sketch, get_sketch_histogram.total_count
    ) as b;
    if v_minimum is null then
        return;
    elsif v_minimum > v_maximum then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'minimum must not be above maximum, got %s and %s', v_minimum, v_maximum
            );
    end if;
    v_largest := greatest(abs(v_minimum), abs(v_maximum));
    v_buckets := case
        when v_minimum = v_maximum then 1
        else least(
            v_buckets,
            greatest(floor(100 * (v_maximum / v_largest - v_minimum / v_largest)), 1)
        )
    end;
    return query
    with counted as (
        select
            case
                when v_buckets = 1 or b.bin_value <= v_minimum then 1
                when b.bin_value >= v_maximum then v_buckets
                else width_bucket(b.bin_value, v_minimum, v_maximum, v_buckets)
            end as bucket,
            sum(b.value_count)::bigint as counted
        from perf_internal.get_sketch_bins(
            get_sketch_histogram.sketch, get_sketch_histogram.total_count
        ) as b
        group by 1
    )
    select
        v_minimum + (v_maximum - v_minimum) * (g.bucket - 1) / v_buckets,
        v_minimum + (v_maximum - v_minimum) * g.bucket / v_buckets,
        coalesce(c.counted, 0)
    from generate_series(1, v_buckets) as g (bucket)
    left join counted as c on c.bucket = g.bucket
    order by g.bucket;
end
$$;

comment on function perf_internal.get_sketch_histogram is
    'A sketch of total_count values in bucket_count (1 to 1000) buckets of equal width from minimum to maximum, empty ones too; of equal values one bucket, of no values none. There are fewer where buckets would be narrower than the bins of the sketch: than 1 % of the extreme that is farthest from 0. The first has the minimum and the last the maximum. A bucket has the bins whose value lies in it (at most 0.5 % from each that it stands for), from its start to before its end, the last one with its end. So counts add up to total_count. Without minimum or maximum they are those of the bins. Error 22023.';

revoke execute on function perf_internal.get_sketch_histogram from public;
grant execute on function perf_internal.get_sketch_histogram
    to authenticated, service_role, perf_admin, perf_analyst;
