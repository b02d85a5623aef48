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
    v_key text;
    v_name text;
    v_value jsonb;
    v_problem text;
    v_is_good boolean;
begin
    if jsonb_typeof(r) <> 'object' then
        return 'result must be a JSON object, got ' || perf_internal.quote_json(r);
    elsif pg_column_size(r) > 1048576 then
        return 'result must be at most 1 MB, got ' || pg_size_pretty(pg_column_size(r)::bigint);
    end if;
    -- One condition without a query sees most results to be good. The query finds what is wrong.
    v_is_good := case
        when coalesce(jsonb_typeof(r -> 'time_per_frame_ms'), 'number') <> 'number'
            or coalesce(jsonb_typeof(r -> 'total_gpu_time_ms'), 'number') <> 'number'
            or coalesce(jsonb_typeof(r -> 'total_wall_time_ms'), 'number') <> 'number'
            or coalesce(jsonb_typeof(r -> 'vram_peak_mb'), 'number') <> 'number'
            or coalesce(jsonb_typeof(r -> 'frame_count'), 'number') <> 'number'
            then false
        else coalesce((r -> 'time_per_frame_ms')::numeric between 0 and 1e10, true)
            and coalesce((r -> 'total_gpu_time_ms')::numeric between 0 and 1e10, true)
            and coalesce((r -> 'total_wall_time_ms')::numeric between 0 and 1e10, true)
            and coalesce((r -> 'vram_peak_mb')::numeric between 0 and 2147483647, true)
            and coalesce((r -> 'frame_count')::numeric between 0 and 2147483647, true)
            and coalesce(scale((r -> 'frame_count')::numeric) = 0, true)
    end;
    if not v_is_good then
        select format(
            case
                when m.key = 'frame_count'
                    -- The text of anything else could fill the memory.
                    and case jsonb_typeof(r -> m.key)
                        when 'number' then (r -> m.key)::text ~ '^[0-9]+[.]'
                    end
                    then '%s must be a whole number, got %s'
                else '%s must be a number between 0 and ' || m.highest || ', got %s'
            end,
            m.key,
            perf_internal.quote_json(r -> m.key)
        )
        into v_problem
        from (
            values
                ('time_per_frame_ms', '1e10'),
                ('total_gpu_time_ms', '1e10'),
                ('total_wall_time_ms', '1e10'),
                ('vram_peak_mb', '2147483647'),
                ('frame_count', '2147483647')
        ) as m (key, highest)
        where case jsonb_typeof(r -> m.key)
                when 'number'
                    then (r -> m.key)::numeric not between 0 and m.highest::numeric
                        or (
                            m.key = 'frame_count'
                            and (r -> m.key)::numeric <> trunc((r -> m.key)::numeric)
                        )
                when 'null' then false
                else r ? m.key
            end
        limit 1;
    end if;
    if v_problem is not null then
        return v_problem;
    elsif jsonb_typeof(r -> 'resolution_tier') not in ('string', 'null') then
        return 'resolution_tier must be a string, got '
            || perf_internal.quote_json(r -> 'resolution_tier');
    elsif r ->> 'resolution_tier' is not null then
        v_problem := perf_internal.get_name_problem('resolution_tier', r ->> 'resolution_tier', 40);
    end if;
    if v_problem is not null then
        return v_problem;
    end if;
    if coalesce(jsonb_typeof(r -> 'quality_scores'), 'object') <> 'object'
        or coalesce(jsonb_typeof(r -> 'pipeline_stages'), 'object') <> 'object'
        or r ?| array['quality_scores_json', 'pipeline_stages_json']
    then
        select k.key, k.value
        into v_key, v_value
        from (
            values
                ('quality_scores', r -> 'quality_scores'),
                ('quality_scores_json', r -> 'quality_scores_json'),
                ('pipeline_stages', r -> 'pipeline_stages'),
                ('pipeline_stages_json', r -> 'pipeline_stages_json')
        ) as k (key, value)
        where case jsonb_typeof(k.value)
                when 'object' then false
                when 'array' then k.key like 'quality%' or jsonb_array_length(k.value) > 200
                when 'null' then false
                else k.value is not null
            end
        limit 1;
        if found then
            return format(
                case
                    when jsonb_typeof(v_value) = 'array' and v_key like 'pipeline%'
                        then '%s must have at most 200 stages, got %s'
                    when v_key like 'pipeline%' then '%s must be a JSON object or array, got %s'
                    else '%s must be a JSON object, got %s'
                end,
                v_key,
                case
                    when jsonb_typeof(v_value) = 'array' and v_key like 'pipeline%'
                        then jsonb_array_length(v_value)::text
                    else perf_internal.quote_json(v_value)
                end
            );
        end if;
    end if;
    select p.key, p.name, p.value
    into v_key, v_name, v_value
    from (
        values
            ('quality_scores', r -> 'quality_scores'),
            ('quality_scores_json', r -> 'quality_scores_json'),
            ('pipeline_stages', r -> 'pipeline_stages'),
            ('pipeline_stages_json', r -> 'pipeline_stages_json')
    ) as k (key, value)
    cross join lateral (
        select k.key, e.key, e.value
        from jsonb_each(case jsonb_typeof(k.value) when 'object' then k.value end) as e
        union all
        -- Without a name it is no stage, and the value is all of it.
        select
            k.key,
            case jsonb_typeof(e.value -> 'name') when 'string' then e.value ->> 'name' end,
            case jsonb_typeof(e.value -> 'name')
                when 'string' then coalesce(e.value -> 'duration_ms', 'null')
                else e.value
            end
        from jsonb_array_elements(
            case jsonb_typeof(k.value) when 'array' then k.value end
        ) as e
    ) as p (key, name, value)
    where case
            when p.name is null then true
            when p.name ~ v_good and length(p.name) <= 100 then false
            else perf_internal.get_name_problem(p.key, p.name, 100) is not null
        end
        or case jsonb_typeof(p.value)
            when 'null' then false
            when 'number'
                then p.value::numeric <> 0
                    and (
                        abs(p.value::numeric) not between 1e-100 and 1e10
                        or (p.key like 'pipeline%' and p.value::numeric < 0)
                    )
            else true
        end
    limit 1;
    if v_key is not null and v_name is null then
        return format(
            '%s must hold objects such as {"name": "decode", "duration_ms": 120}, got %s',
            v_key,
            perf_internal.quote_json(v_value)
        );
    elsif v_key is not null then
        return coalesce(
            perf_internal.get_name_problem('a name in ' || v_key, v_name, 100),
            format(
                '%s of %s must be 0 or a number between 1e-100 and 1e10%s, got %s',
                perf_internal.quote_value(v_name),
                v_key,
                case when v_key like 'quality%' then ' of any sign' else '' end,
                perf_internal.quote_json(v_value)
            )
        );
    end if;
    -- So many names take more bytes, unless they are compressed.
    if pg_column_size(r) > 800 or pg_column_compression(r) is not null then
        select format('%s must have at most %s names, got %s', k.key, k.most, n.count)
        into v_problem
        from (
            values
                ('quality_scores', 100, r -> 'quality_scores'),
                ('quality_scores_json', 100, r -> 'quality_scores_json'),
                ('pipeline_stages', 200, r -> 'pipeline_stages'),
                ('pipeline_stages_json', 200, r -> 'pipeline_stages_json')
        ) as k (key, most, value)
        cross join lateral (
            select count(*)
            from jsonb_object_keys(case jsonb_typeof(k.value) when 'object' then k.value end)
        ) as n (count)
        where n.count > k.most
        limit 1;
        if v_problem is not null then
            return v_problem;
        end if;
    end if;
    return perf_internal.get_json_problem('result', r);
end
$$;

comment on function perf_internal.get_result_problem is
    'What is wrong with the result of a job, naming the key and its value; null if nothing is, or if there is no result.';

revoke execute on function perf_internal.get_result_problem from public;
