create or replace function perf_internal.get_ab_element_problem(element jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    e alias for element;
    v_keys text[] := array['test_id', 'unit_key', 'outcomes', 'outcome_id', 'observed_at'];
begin
    return case
        when jsonb_typeof(e) <> 'object'
            then 'must be an object, got ' || perf_internal.quote_json(e)
        when e - v_keys <> '{}'
            then 'has an unknown key ' || perf_internal.quote_value(
                (select min(k) from jsonb_object_keys(e - v_keys) as k)
            ) || '; known keys: ' || array_to_string(v_keys, ', ')
        when jsonb_typeof(e -> 'test_id') is distinct from 'string'
            or e ->> 'test_id' !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            then 'test_id must be of type uuid, got ' || perf_internal.quote_json(e -> 'test_id')
        when jsonb_typeof(e -> 'unit_key') is distinct from 'string'
            then 'unit_key must be a string, got ' || perf_internal.quote_json(e -> 'unit_key')
        when jsonb_typeof(e -> 'outcome_id') not in ('string', 'null')
            then 'outcome_id must be a string or null, got '
                || perf_internal.quote_json(e -> 'outcome_id')
        when jsonb_typeof(e -> 'observed_at') not in ('string', 'null')
            -- DateStyle does not change how year, month and day are read in this order.
            or e ->> 'observed_at' not like '____-__-__%'
            or not perf_internal.is_time(e ->> 'observed_at')
            then 'observed_at must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got '
                || perf_internal.quote_json(e -> 'observed_at')
    end;
end
$$;

comment on function perf_internal.get_ab_element_problem is
    'What is wrong with an element of record_ab_outcomes() as JSON; null if nothing is.';

revoke execute on function perf_internal.get_ab_element_problem from public;
