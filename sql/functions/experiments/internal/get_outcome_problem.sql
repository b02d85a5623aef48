create or replace function perf_internal.get_outcome_problem(outcome perf_internal.ab_outcome)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    o alias for outcome;
    v_problem text := perf_internal.get_unit_key_problem('unit_key', o.unit_key);
    v_metric text;
begin
    if v_problem is null and o.outcome_id is not null then
        v_problem := perf_internal.get_unit_key_problem('outcome_id', o.outcome_id);
    end if;
    if v_problem is not null then
        return v_problem;
    elsif o.observed_at is null
        or o.observed_at < '1970-01-01 00:00+00'
        or o.observed_at > now() + interval '1 day'
    then
        return 'observed_at must be between 1970 and tomorrow, got '
            || coalesce(o.observed_at::text, 'null');
    elsif o.outcomes is null or jsonb_typeof(o.outcomes) <> 'object' or o.outcomes = '{}' then
        return 'outcomes must be a JSON object such as {"success": true}, got '
            || perf_internal.quote_json(o.outcomes);
    elsif pg_column_size(o.outcomes) > 65536 then
        return 'outcomes must be at most 64 KB, got '
            || pg_size_pretty(pg_column_size(o.outcomes)::bigint);
    end if;
    select min(e.key)
    into v_metric
    from jsonb_each(o.outcomes) as e
    where case jsonb_typeof(e.value)
            when 'number'
                then e.value::numeric <> 0
                    and abs(e.value::numeric) not between 1e-100 and 1e15
            else jsonb_typeof(e.value) not in ('boolean', 'null')
        end;
    return case when v_metric is not null then format(
        'the outcome %s must be true, false, null, 0, or a number between 1e-100 and 1e15 of any sign, got %s',
        perf_internal.quote_value(v_metric),
        perf_internal.quote_json(o.outcomes -> v_metric)
    ) end;
end
$$;

comment on function perf_internal.get_outcome_problem is
    'What is wrong with an outcome of a unit by itself, naming the argument and its value; null if nothing is.';

revoke execute on function perf_internal.get_outcome_problem from public;
