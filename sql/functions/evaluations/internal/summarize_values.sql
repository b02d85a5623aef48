-- One pass over the values, with the bins of perf_internal.get_summary_query(). What is out of bounds is
-- found in the same pass, and left out of what would end with an error there.
create or replace function perf_internal.summarize_values("values" double precision[])
returns perf_internal.value_summary
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_summary perf_internal.value_summary;
    v_bins integer[];
    v_bad_count bigint;
begin
    select
        count(v.value),
        sum(v.value),
        var_pop(case when abs(v.value) <= 1e15 then v.value end) * count(v.value),
        min(v.value),
        max(v.value),
        array_agg(
            case
                when v.value between 1e-100 and 1e15
                    then ceil(ln(v.value) / ln(1.01::float8))
                when v.value between -1e15 and -1e-100
                    then -200000 - ceil(ln(-v.value) / ln(1.01::float8))
            end::integer
        ) filter (where v.value <> 0),
        count(*) filter (where not (v.value = 0 or abs(v.value) between 1e-100 and 1e15))
    into
        v_summary.value_count,
        v_summary.value_sum,
        v_summary.m2,
        v_summary.minimum,
        v_summary.maximum,
        v_bins,
        v_bad_count
    from unnest(summarize_values.values) as v (value);
    if v_bad_count > 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = perf_internal.get_values_problem(summarize_values.values);
    elsif v_summary.value_count = 0 then
        return null;
    end if;
    if abs(v_summary.value_sum) <= 1e-100 then
        v_summary.value_sum := 0;
    end if;
    if v_summary.m2 <= 1e-200 then
        v_summary.m2 := 0;
    end if;
    v_summary.sketch := perf_internal.make_sketch(v_bins);
    return v_summary;
end
$$;

comment on function perf_internal.summarize_values is
    'What is kept of values: count, sum, sum of squared differences from the mean, smallest, largest and sketch. They may be negative: bins of 1 % on both sides of 0, which tell a value within 0.5 % from 1e-6 to 2e10; those nearer to 0 count as about 1e-6, those farther as about 2e10, and 0 is exact. See perf_internal.make_sketch. Null elements are left out; null for no values. Error 22023: an element that is not 0 and not of a size from 1e-100 to 1e15, such as NaN; names its position.';

revoke execute on function perf_internal.summarize_values from public;
grant execute on function perf_internal.summarize_values
    to authenticated, service_role, perf_admin, perf_analyst;
