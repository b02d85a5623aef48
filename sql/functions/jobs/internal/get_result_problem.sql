-- Every job that completes or fails comes through here. What passes can be stored and rolled up
-- without an error.
create or replace function perf_internal.get_result_problem(result jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    r alias for result;
    v_good text := '^[0-9A-Za-z]([ -z]*[!-z])?$';
    v_measures text[] := array[
        'time_per_frame_ms', 'total_gpu_time_ms', 'total_wall_time_ms', 'vram_peak_mb',
        'frame_count'
    ];
    v_limits numeric[] := array[1e10, 1e10, 1e10, 2147483647, 2147483647];
    v_key text;
    v_value jsonb;
    v_part record;
    v_problem text;
begin
    if jsonb_typeof(r) <> 'object' then
        return 'result must be a JSON object, got ' || perf_internal.quote_json(r);
    elsif pg_column_size(r) > 1048576 then
        return 'result must be at most 1 MB, got ' || pg_size_pretty(pg_column_size(r)::bigint);
    end if;
    for i in 1 .. cardinality(v_measures) loop
        v_value := r -> v_measures[i];
        if v_value is null or v_value = 'null' then
            continue;
        elsif jsonb_typeof(v_value) <> 'number' or v_value::numeric not between 0 and v_limits[i]
        then
            return format(
                '%s must be a number between 0 and %s, got %s',
                v_measures[i],
                case v_limits[i] when 1e10 then '1e10' else v_limits[i]::text end,
                perf_internal.quote_json(v_value)
            );
        end if;
    end loop;
    if jsonb_typeof(r -> 'frame_count') = 'number'
        and (r -> 'frame_count')::numeric <> trunc((r -> 'frame_count')::numeric)
    then
        return 'frame_count must be a whole number, got '
            || perf_internal.quote_json(r -> 'frame_count');
    end if;
    v_value := r -> 'resolution_tier';
    if jsonb_typeof(v_value) not in ('string', 'null') then
        return 'resolution_tier must be a string, got ' || perf_internal.quote_json(v_value);
    elsif r ->> 'resolution_tier' is not null then
        v_problem := perf_internal.get_name_problem('resolution_tier', r ->> 'resolution_tier', 40);
        if v_problem is not null then
            return v_problem;
        end if;
    end if;
    foreach v_key in array array[
        'quality_scores', 'quality_scores_json', 'pipeline_stages', 'pipeline_stages_json'
    ] loop
        v_value := r -> v_key;
        if v_value is null or v_value = 'null' then
            continue;
        elsif jsonb_typeof(v_value) = 'array' and v_key like 'pipeline%' then
            if jsonb_array_length(v_value) > 200 then
                return format(
                    '%s must have at most 200 stages, got %s', v_key, jsonb_array_length(v_value)
                );
            end if;
            select p.value
            into v_part
            from jsonb_array_elements(v_value) as p
            where jsonb_typeof(p.value) <> 'object'
                or jsonb_typeof(p.value -> 'name') is distinct from 'string'
            limit 1;
            if found then
                return format(
                    '%s must hold objects such as {"name": "decode", "duration_ms": 120}, got %s',
                    v_key,
                    perf_internal.quote_json(v_part.value)
                );
            end if;
        elsif jsonb_typeof(v_value) <> 'object' then
            return format(
                '%s must be a JSON object%s, got %s',
                v_key,
                case when v_key like 'pipeline%' then ' or array' else '' end,
                perf_internal.quote_json(v_value)
            );
        end if;
        -- Name and number of all in one statement; what is wrong is found below.
        select p.name, p.value
        into v_part
        from (
            select e.key as name, e.value
            from jsonb_each(case jsonb_typeof(v_value) when 'object' then v_value end) as e
            union all
            select e.value ->> 'name', coalesce(e.value -> 'duration_ms', 'null')
            from jsonb_array_elements(
                case jsonb_typeof(v_value) when 'array' then v_value end
            ) as e
        ) as p
        where case
                when p.name ~ v_good and length(p.name) <= 100 then false
                else perf_internal.get_name_problem(v_key, p.name, 100) is not null
            end
            or case jsonb_typeof(p.value)
                when 'null' then false
                when 'number'
                    then p.value::numeric <> 0
                        and (
                            abs(p.value::numeric) not between 1e-100 and 1e10
                            or (v_key like 'pipeline%' and p.value::numeric < 0)
                        )
                else true
            end
        limit 1;
        if found then
            return coalesce(
                perf_internal.get_name_problem('a name in ' || v_key, v_part.name, 100),
                format(
                    '%s of %s must be 0 or a number between 1e-100 and 1e10%s, got %s',
                    perf_internal.quote_value(v_part.name),
                    v_key,
                    case when v_key like 'quality%' then ' of any sign' else '' end,
                    perf_internal.quote_json(v_part.value)
                )
            );
        end if;
        if jsonb_typeof(v_value) = 'object'
            and (select count(*) > 200 from jsonb_object_keys(v_value))
        then
            return format(
                '%s must have at most 200 names, got %s',
                v_key,
                (select count(*) from jsonb_object_keys(v_value))
            );
        end if;
    end loop;
    return perf_internal.get_json_problem('result', r);
end
$$;

comment on function perf_internal.get_result_problem is
    'What is wrong with the result of a job, naming the key and its value; null if nothing is, or if there is no result.';

revoke execute on function perf_internal.get_result_problem from public;
