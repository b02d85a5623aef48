-- Before the fields are read, because the text of an array in one of them could fill the memory, and
-- because a number of JSON may be none of double precision.
create or replace function perf_internal.get_feature_element_problem(element jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $$
declare
    e alias for element;
    v_keys text[] := array[
        'model_type', 'machine_id', 'feature', 'values', 'categories', 'observed_at', 'batch_id'
    ];
begin
    return case
        when jsonb_typeof(e) <> 'object'
            then 'must be an object, got ' || perf_internal.quote_json(e)
        when jsonb_typeof(e -> 'model_type') not in ('string', 'null')
            then 'model_type must be a string, got '
                || perf_internal.quote_json(e -> 'model_type')
        when jsonb_typeof(e -> 'feature') not in ('string', 'null')
            then 'feature must be a string, got ' || perf_internal.quote_json(e -> 'feature')
        when jsonb_typeof(e -> 'machine_id') not in ('string', 'null')
            or e ->> 'machine_id' !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            then 'machine_id must be a UUID, got ' || perf_internal.quote_json(e -> 'machine_id')
        when jsonb_typeof(e -> 'batch_id') not in ('string', 'null')
            or e ->> 'batch_id' !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            then 'batch_id must be a UUID, got ' || perf_internal.quote_json(e -> 'batch_id')
        when jsonb_typeof(e -> 'observed_at') not in ('string', 'null')
            -- DateStyle does not change how year, month and day are read in this order.
            or e ->> 'observed_at' not like '____-__-__%'
            or not perf_internal.is_time(e ->> 'observed_at')
            then 'observed_at must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got '
                || perf_internal.quote_json(e -> 'observed_at')
        when jsonb_typeof(e -> 'values') not in ('array', 'null')
            then 'values must be an array of numbers, got '
                || perf_internal.quote_json(e -> 'values')
        when e - v_keys <> '{}'
            then 'has an unknown key ' || perf_internal.quote_value(
                (select min(k) from jsonb_object_keys(e - v_keys) as k)
            ) || '; known keys: ' || array_to_string(v_keys, ', ')
        else (
            select format(
                'values[%s] must be null, 0 or a number of a size from 1e-100 to 1e15, got %s',
                v.ordinality - 1,
                perf_internal.quote_json(v.value)
            )
            from jsonb_array_elements(
                case jsonb_typeof(e -> 'values') when 'array' then e -> 'values' end
            ) with ordinality as v
            where case jsonb_typeof(v.value)
                when 'number' then not (
                    v.value::numeric = 0 or abs(v.value::numeric) between 1e-100 and 1e15
                )
                when 'null' then false
                else true
            end
            order by v.ordinality
            limit 1
        )
    end;
end
$$;

comment on function perf_internal.get_feature_element_problem is
    'What is wrong with an element of record_feature_batches() as JSON; null if nothing is.';

revoke execute on function perf_internal.get_feature_element_problem from public;
