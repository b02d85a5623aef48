create or replace function perf_internal.get_ab_metric_problem(metric jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    m alias for metric;
    v_keys text[] := array['metric', 'role', 'better', 'minimum_effect', 'source_metric', 'above'];
    v_role text;
begin
    if jsonb_typeof(m) is distinct from 'object' then
        return 'must be an object, got ' || perf_internal.quote_json(m);
    elsif m - v_keys <> '{}' then
        return 'has an unknown key ' || perf_internal.quote_value(
            (select min(k) from jsonb_object_keys(m - v_keys) as k)
        );
    elsif jsonb_typeof(m -> 'metric') is distinct from 'string' then
        return 'metric must be a string, got ' || perf_internal.quote_json(m -> 'metric');
    elsif jsonb_typeof(m -> 'source_metric') not in ('string', 'null') then
        return 'source_metric must be a string, got '
            || perf_internal.quote_json(m -> 'source_metric');
    end if;
    v_role := coalesce(m ->> 'role', 'other');
    return coalesce(
        perf_internal.get_name_problem('metric', m ->> 'metric', 100),
        case
            when m ->> 'source_metric' is not null
            then perf_internal.get_name_problem('source_metric', m ->> 'source_metric', 100)
        end,
        case
            when jsonb_typeof(m -> 'role') not in ('string', 'null')
                or v_role not in ('primary', 'guardrail', 'other')
                then 'role must be primary, guardrail or other, got '
                    || perf_internal.quote_json(m -> 'role')
            when (m -> 'better' in ('"higher"', '"lower"')) is not true
                then 'better must be higher or lower, got '
                    || perf_internal.quote_json(m -> 'better')
            when m ->> 'minimum_effect' is null
                and v_role <> 'other'
                then 'minimum_effect must be given for a ' || v_role || ' metric'
            when case jsonb_typeof(m -> 'minimum_effect')
                    when 'null' then false
                    when 'number'
                        then (m -> 'minimum_effect')::numeric not between 1e-100 and 1e15
                    else m ? 'minimum_effect'
                end
                then 'minimum_effect must be a number above 0 and up to 1e15, got '
                    || perf_internal.quote_json(m -> 'minimum_effect')
            when case jsonb_typeof(m -> 'above')
                    when 'null' then false
                    when 'number' then (m -> 'above')::numeric not between -1e15 and 1e15
                    else m ? 'above'
                end
                then 'above must be a number between -1e15 and 1e15, got '
                    || perf_internal.quote_json(m -> 'above')
            when (m ->> 'source_metric' is null) <> (m ->> 'above' is null)
                then 'source_metric and above must be given together'
        end
    );
end
$$;

comment on function perf_internal.get_ab_metric_problem is
    'What is wrong with an element of the metrics of start_ab_test(); null if nothing is.';

revoke execute on function perf_internal.get_ab_metric_problem from public;
