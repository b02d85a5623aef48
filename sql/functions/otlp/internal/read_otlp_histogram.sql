-- A number of JSON may stand in quotes, as OTLP/JSON does for int64.
create or replace function perf_internal.read_otlp_histogram(
    point jsonb,
    kind text
)
returns perf_internal.otlp_reading
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    p alias for point;
    v_histogram perf_internal.otlp_histogram;
    v_problem text;
    v_counts bigint[];
    v_zeros bigint;
begin
    if read_otlp_histogram.kind = 'none' then
        return null;
    -- First, because the text of an array of large numbers could fill the memory.
    elsif exists (
        select
        from (
            select f.value
            from jsonb_each(p) as f
            where f.key in (
                'count', 'sum', 'min', 'max', 'scale', 'zeroCount', 'zeroThreshold', 'asInt', 'asDouble'
            )
            union all
            select e.value
            from unnest(array[
                p -> 'explicitBounds',
                p -> 'bucketCounts',
                p -> 'positive' -> 'bucketCounts',
                p -> 'negative' -> 'bucketCounts',
                jsonb_build_array(p -> 'positive' -> 'offset', p -> 'negative' -> 'offset')
            ]) as a (list)
            cross join lateral jsonb_array_elements(
                case jsonb_typeof(a.list) when 'array' then a.list end
            ) as e
        ) as v
        where jsonb_typeof(v.value) in ('array', 'object')
    )
    then
        return row(
            null, 'not a data point of OTLP/JSON: it has a list where a number belongs', true
        )::perf_internal.otlp_reading;
    elsif read_otlp_histogram.kind in ('sum', 'gauge') then
        v_histogram.sum := coalesce(p ->> 'asDouble', p ->> 'asInt')::double precision;
        v_problem := case
            when v_histogram.sum is null then 'asDouble or asInt must be given'
            when v_histogram.sum <> 0
                and (abs(v_histogram.sum) between 1e-90 and 1e12) is not true
                then format(
                    'its value must be 0 or of a size from 1e-90 to 1e12, got %s', v_histogram.sum
                )
        end;
        return row(v_histogram, v_problem, null)::perf_internal.otlp_reading;
    end if;
    v_histogram.count := coalesce((p ->> 'count')::bigint, 0);
    v_histogram.sum := (p ->> 'sum')::double precision;
    v_histogram.minimum := (p ->> 'min')::double precision;
    v_histogram.maximum := (p ->> 'max')::double precision;
    if read_otlp_histogram.kind = 'histogram' then
        v_histogram.bounds := array(
            select b.value::double precision
            from jsonb_array_elements_text(coalesce(p -> 'explicitBounds', '[]'))
                with ordinality as b
            order by b.ordinality
        );
        v_counts := array(
            select c.value::bigint
            from jsonb_array_elements_text(coalesce(p -> 'bucketCounts', '[]'))
                with ordinality as c
            order by c.ordinality
        );
        if v_counts = '{}' then
            v_histogram.bounds := '{}';
            v_counts := array[v_histogram.count];
        end if;
        v_problem := case
            when cardinality(v_counts) <> cardinality(v_histogram.bounds) + 1
                then format(
                    'bucketCounts must have one more element than explicitBounds, got %s and %s',
                    cardinality(v_counts), cardinality(v_histogram.bounds)
                )
            when exists (
                select
                from unnest(v_histogram.bounds) with ordinality as b
                where (b < v_histogram.bounds[b.ordinality + 1]) is false
                    or (abs(b) <= 1e15) is not true
            )
                then 'explicitBounds must be ascending numbers of a size up to 1e15'
        end;
        select array_agg(1), array_agg(c.ordinality - 1), array_agg(c.number)
        into v_histogram.sides, v_histogram.indexes, v_histogram.counts
        from unnest(v_counts) with ordinality as c (number, ordinality)
        where c.number <> 0;
    else
        v_histogram.scale := coalesce((p ->> 'scale')::integer, 0);
        v_histogram.zero_threshold := coalesce((p ->> 'zeroThreshold')::double precision, 0);
        v_zeros := coalesce((p ->> 'zeroCount')::bigint, 0);
        v_problem := case
            when v_histogram.scale not between -10 and 20
                then format('scale must be between -10 and 20, got %s', v_histogram.scale)
        end;
        with buckets as (
            select s.side, s.first_index + c.ordinality - 1 as index, c.value::bigint as number
            from (
                values
                    (1, coalesce((p -> 'positive' ->> 'offset')::integer, 0), p -> 'positive'),
                    (-1, coalesce((p -> 'negative' ->> 'offset')::integer, 0), p -> 'negative')
            ) as s (side, first_index, buckets)
            cross join lateral jsonb_array_elements_text(
                coalesce(s.buckets -> 'bucketCounts', '[]')
            ) with ordinality as c
            where c.value <> '0'
            union all
            select 0, 0, v_zeros
            where v_zeros <> 0
        )
        select
            array_agg(b.side order by b.side, b.index),
            array_agg(b.index order by b.side, b.index),
            array_agg(b.number order by b.side, b.index)
        into v_histogram.sides, v_histogram.indexes, v_histogram.counts
        from buckets as b;
    end if;
    v_histogram.low_limit := v_histogram.minimum;
    v_histogram.high_limit := v_histogram.maximum;
    v_problem := case
        when v_problem is not null then v_problem
        when v_histogram.count not between 0 and 1e12
            then format('count must be between 0 and 1e12, got %s', v_histogram.count)
        when cardinality(v_histogram.counts) > 10000
            then format(
                'a point must have at most 10000 buckets, got %s', cardinality(v_histogram.counts)
            )
        when (0 <= all (v_histogram.counts)) is false
            then 'bucketCounts must not be negative'
        when v_histogram.count <> (
            select coalesce(sum(c.number), 0) from unnest(v_histogram.counts) as c (number)
        )
            then format(
                'count must be the sum of all buckets, got %s and %s',
                v_histogram.count,
                (select coalesce(sum(c.number), 0) from unnest(v_histogram.counts) as c (number))
            )
        when (abs(v_histogram.sum) <= 1e27) is false
            then format('sum must be of a size up to 1e27, got %s', v_histogram.sum)
        when (abs(v_histogram.minimum) <= 1e15) is false
            then format('min must be of a size up to 1e15, got %s', v_histogram.minimum)
        when (abs(v_histogram.maximum) <= 1e15) is false
            then format('max must be of a size up to 1e15, got %s', v_histogram.maximum)
        when v_histogram.minimum > v_histogram.maximum
            then format(
                'min must not be above max, got %s and %s', v_histogram.minimum, v_histogram.maximum
            )
        when v_histogram.count > 0
            and v_histogram.bounds = '{}'
            and coalesce(v_histogram.sum, v_histogram.minimum, v_histogram.maximum) is null
            then 'sum, min, max or buckets must be given'
    end;
    return row(v_histogram, v_problem, null)::perf_internal.otlp_reading;
exception
    when data_exception then
        return row(
            null,
            'not a data point of OTLP/JSON: ' || perf_internal.quote_value(sqlerrm),
            true
        )::perf_internal.otlp_reading;
end
$$;

comment on function perf_internal.read_otlp_histogram is
    'What a data point of OTLP/JSON of a kind (histogram, exponentialHistogram, sum, gauge, or none) says, or what is wrong with it; is_malformed where it has other types than OTLP/JSON.';

revoke execute on function perf_internal.read_otlp_histogram from public;
