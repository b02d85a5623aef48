create or replace function perf_internal.check_histograms(a bigint[], b bigint[])
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if greatest(array_ndims(check_histograms.a), array_ndims(check_histograms.b)) > 1
        or cardinality(check_histograms.a) <> cardinality(check_histograms.b)
        or cardinality(check_histograms.a) > 100000
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'a and b must have the same number of bins, at most 100000, got %s and %s',
                cardinality(check_histograms.a), cardinality(check_histograms.b)
            );
    elsif exists (
        select from unnest(check_histograms.a || check_histograms.b) as c (counted)
        where c.counted not between 0 and 9007199254740992
    ) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'a and b must have counts between 0 and 2^53, got %s and %s',
                perf_internal.quote_value(check_histograms.a::text),
                perf_internal.quote_value(check_histograms.b::text)
            );
    end if;
end
$$;

comment on function perf_internal.check_histograms is
    'Refuses (22023) two histograms that do not have the same bins, and counts below 0 or above 2^53.';

revoke execute on function perf_internal.check_histograms from public;
grant execute on function perf_internal.check_histograms
    to authenticated, service_role, perf_admin, perf_analyst;
