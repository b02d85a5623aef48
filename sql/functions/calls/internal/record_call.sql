-- security definer: callers may not write raw rows or add models themselves; their role is checked
-- first. A retry conflicts with its first attempt at the unique key and changes nothing, also when
-- both run at once (with the same model, tool and parameters).
create or replace function perf_internal.record_call(
    model_name text,
    tool_name text,
    response_time_ms double precision,
    success boolean,
    provider text,
    parameters jsonb,
    input_tokens integer,
    output_tokens integer,
    error_type text,
    first_token_ms double precision,
    call_timestamp timestamptz,
    call_id uuid,
    test_id uuid,
    unit_key text,
    cached_input_tokens integer,
    cache_write_tokens integer,
    reasoning_tokens integer,
    cost double precision
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
    v_model_name text := btrim(record_call.model_name);
    v_tool_name text := btrim(record_call.tool_name);
    v_provider text := btrim(record_call.provider);
    v_error_type text := case
        when record_call.error_type is not null
        then perf_internal.get_error_type(record_call.error_type)
    end;
    v_is_new boolean;
    v_setting text;
    v_parameters jsonb := coalesce(record_call.parameters, '{}');
    v_recorder_id integer;
    v_config_id uuid;
    v_called_at timestamptz := coalesce(
        record_call.call_timestamp,
        case
            when record_call.call_id is not null
            then perf_internal.get_uuid_time(record_call.call_id)
        end,
        now()
    );
begin
    v_problem := case
        when perf_internal.require_role('recorder')
        then perf_internal.get_call_problem(row(
            record_call.model_name,
            record_call.tool_name,
            record_call.response_time_ms,
            record_call.success,
            record_call.provider,
            v_parameters,
            record_call.input_tokens,
            record_call.output_tokens,
            record_call.error_type,
            record_call.first_token_ms,
            record_call.call_timestamp,
            record_call.call_id,
            record_call.test_id,
            record_call.unit_key,
            record_call.cached_input_tokens,
            record_call.cache_write_tokens,
            record_call.reasoning_tokens,
            record_call.cost
        ))
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    -- First, and in a batch too: sessions that add the same recorder wait before they hold a model.
    v_recorder_id := perf_internal.get_recorder_id();
    v_config_id := coalesce(
        perf_internal.find_config(v_model_name, v_tool_name, v_provider, v_parameters),
        perf_internal.add_config(v_model_name, v_tool_name, v_provider, v_parameters)
    );
    if record_call.call_id is not null then
        -- Locked before it is read: a session that reads a partition first and then writes can
        -- deadlock with ensure_partitions().
        lock table only perf.performance_metrics_raw in row exclusive mode;
        if exists (
            select 1
            from perf.performance_metrics_raw as r
            where r.call_timestamp = v_called_at
                and r.id = record_call.call_id
        ) then
            return false;
        end if;
    end if;
    -- Assigned, here and above, because perform takes several times as long.
    v_setting := set_config('perf.rows_are_checked', 'on', true);
    insert into perf.performance_metrics_raw (
        model_tool_config_id,
        call_timestamp,
        response_time_ms,
        first_token_ms,
        cost,
        created_at,
        input_tokens,
        output_tokens,
        cached_input_tokens,
        cache_write_tokens,
        reasoning_tokens,
        recorder_id,
        success,
        error_type,
        id
    )
    values (
        v_config_id,
        v_called_at,
        record_call.response_time_ms,
        record_call.first_token_ms,
        record_call.cost,
        nullif(now(), v_called_at),
        record_call.input_tokens,
        record_call.output_tokens,
        record_call.cached_input_tokens,
        record_call.cache_write_tokens,
        record_call.reasoning_tokens,
        v_recorder_id,
        coalesce(record_call.success, v_error_type is null),
        v_error_type,
        record_call.call_id
    )
    on conflict do nothing;
    v_is_new := found;
    v_setting := set_config('perf.rows_are_checked', 'off', true);
    if v_is_new and record_call.test_id is not null then
        perform perf_internal.record_outcome(
            row(
                record_call.test_id,
                record_call.unit_key,
                perf_internal.get_call_outcomes(
                    coalesce(record_call.success, v_error_type is null),
                    record_call.response_time_ms,
                    record_call.first_token_ms
                ),
                coalesce(record_call.call_id, gen_random_uuid())::text,
                v_called_at,
                null
            )::perf_internal.ab_outcome,
            is_of_calls => true
        );
    end if;
    return v_is_new and v_setting = 'off';
end
$$;

comment on function perf_internal.record_call is 'Does the work of perf.record_call().';

revoke execute on function perf_internal.record_call from public;
grant execute on function perf_internal.record_call
    to authenticated, service_role, perf_admin, perf_recorder;
