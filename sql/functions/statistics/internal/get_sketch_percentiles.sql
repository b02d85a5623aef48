-- Dividing by 10^16 - 1 adds up: 16 digits of the quotient count the values of their bin and of
-- all bins before it, because 1 / (B - 1) = 1/B + 1/B^2 + ... So the bin of a rank is found by
-- binary search, in bytes, of which any 16 are reached at once. Percentiles mostly ascend, so a
-- search begins where the last one ended.
create or replace function perf_internal.get_sketch_percentiles(
    sketch numeric,
    value_count bigint,
    percentiles double precision[] default '{0.5,0.95,0.99}',
    minimum double precision default null,
    maximum double precision default null
)
returns double precision[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_zeros bigint := get_sketch_percentiles.value_count;
    v_negatives bigint := 0;
    v_first_bin integer;
    v_bins integer := 0;
    v_text text;
    v_digits bytea;
    v_percentile double precision;
    v_rank double precision;
    v_k bigint;
    v_skipped bigint;
    v_last_k bigint := 0;
    v_key bytea;
    v_found integer := 0;
    v_high integer;
    v_count bigint;
    v_middle integer;
    v_lower double precision;
    v_value double precision;
    v_values double precision[] := array[]::double precision[];
begin
    if get_sketch_percentiles.percentiles is distinct from '{0.5,0.95,0.99}' then
        perform perf_internal.check_percentiles(get_sketch_percentiles.percentiles);
    end if;
    -- Asked here too, because to call the function takes longer.
    if get_sketch_percentiles.sketch < 0
        or get_sketch_percentiles.sketch >= '1e121296'
        or get_sketch_percentiles.value_count not between 0 and 9007199254740992
    then
        perform perf_internal.check_sketch(
            get_sketch_percentiles.sketch, get_sketch_percentiles.value_count
        );
    end if;
    if coalesce(get_sketch_percentiles.value_count, 0) = 0 then
        return null;
    end if;
    if get_sketch_percentiles.sketch > 0 then
        v_first_bin := perf_internal.get_last_bin(get_sketch_percentiles.sketch);
        v_text := div(
            get_sketch_percentiles.sketch, ('9999999999999999e' || 16 * (2399 - v_first_bin))::numeric
        );
        v_bins := (octet_length(v_text) + 15) / 16;
        v_digits := (repeat('0', 16 * v_bins - octet_length(v_text)) || v_text)::bytea;
        v_first_bin := v_first_bin - v_bins + 1;
        v_zeros := greatest(
            0,
            v_zeros - convert_from(substr(v_digits, 16 * v_bins - 15), 'SQL_ASCII')::bigint
        );
        if v_first_bin <= -1391 then
            v_negatives := convert_from(
                substr(v_digits, 16 * least(-1391 - v_first_bin, v_bins - 1) + 1, 16), 'SQL_ASCII'
            )::bigint;
        end if;
    end if;
    foreach v_percentile in array get_sketch_percentiles.percentiles loop
        v_rank := v_percentile * (get_sketch_percentiles.value_count - 1);
        v_k := floor(v_rank);
        v_lower := null;
        loop
            if (v_k < v_negatives + v_zeros and v_k >= v_negatives) or v_bins = 0 then
                v_value := 0;
                v_count := v_negatives + v_zeros;
            else
                if v_k < v_last_k then
                    v_found := 0;
                end if;
                v_last_k := v_k;
                v_skipped := case when v_k < v_negatives then 0 else v_zeros end;
                v_key := convert_to(lpad((v_k - v_skipped)::text, 16, '0'), 'SQL_ASCII');
                v_high := v_bins - 1;
                while v_found < v_high loop
                    v_middle := (v_found + v_high) >> 1;
                    if substr(v_digits, 16 * v_middle + 1, 16) > v_key then
                        v_high := v_middle;
                    else
                        v_found := v_middle + 1;
                    end if;
                end loop;
                -- 2 / 2.01 is the point of a bin that is relatively as far from its lower end as
                -- from its upper: 0.4975 %.
                v_value := case
                    when v_k >= v_negatives then 1.01::float8 ^ (v_first_bin + v_found)
                    else -(1.01::float8 ^ (-2781 - v_first_bin - v_found))
                end * 2 / 2.01;
                v_count := v_skipped + convert_from(
                    substr(v_digits, 16 * v_found + 1, 16), 'SQL_ASCII'
                )::bigint;
            end if;
            -- Of a rank between two, the upper is searched only if it is in another bin.
            exit when v_lower is not null or v_rank <= v_count - 1;
            v_lower := v_value;
            v_k := v_k + 1;
        end loop;
        v_lower := coalesce(v_lower, v_value);
        v_values := v_values || least(
            greatest(
                v_lower + (v_value - v_lower) * (v_rank - floor(v_rank)),
                get_sketch_percentiles.minimum
            ),
            get_sketch_percentiles.maximum
        );
    end loop;
    return v_values;
end
$$;

comment on function perf_internal.get_sketch_percentiles is
    'Percentiles (0 to 1) of value_count values, of which the sketch holds those that are not 0, interpolated as percentile_cont does between two values; each of these within 0.5 %, and the result within minimum and maximum, where those are given: that makes the percentiles of a single value exact (values nearer to 0 than 1e-6 count as about 1e-6, those farther than 2e10 as about 2e10). Null for no values. Error 22023: a percentile out of range, too many of them, a count below 0, or what is no sketch.';

revoke execute on function perf_internal.get_sketch_percentiles from public;
grant execute on function perf_internal.get_sketch_percentiles
    to authenticated, service_role, perf_admin, perf_analyst;
