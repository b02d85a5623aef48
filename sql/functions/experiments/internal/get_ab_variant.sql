-- Every client can compute it. The first 13 hexadecimal digits are 52 bits, and a double precision
-- holds that many exactly. plpgsql, because that keeps the plan.
create or replace function perf_internal.get_ab_variant(
    test_id uuid,
    unit_key text,
    traffic_split double precision
)
returns text
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when (
            'x' || left(
                encode(
                    sha256(
                        convert_to(
                            get_ab_variant.test_id::text || ':' || get_ab_variant.unit_key, 'UTF8'
                        )
                    ),
                    'hex'
                ),
                13
            )
        )::bit(52)::bigint / 4503599627370496::float8 < get_ab_variant.traffic_split
        then 'b'
        else 'a'
    end;
end
$$;

comment on function perf_internal.get_ab_variant is
    'The variant of a unit of a running A/B test, a or b: the SHA-256 hash of the UTF-8 text test_id:unit_key, its first 52 bits as a share of 2^52; b below traffic_split.';

revoke execute on function perf_internal.get_ab_variant from public;
