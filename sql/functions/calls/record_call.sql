-- security definer: callers may not write raw rows or add models themselves; their role is checked
-- first. A retry conflicts with its first attempt at the unique key and changes nothing, also when
-- both run at once (with the same model, tool and parameters).
create or replace function perf.record_call(
    model_name text,
    tool_name text,
    response_time_ms double precision,
    success boolean default null,
    provider text default null,
    parameters jsonb default '{}',
    input_tokens integer default null,
    output_tokens integer default null,
    error_type text default null,
    first_token_ms double precision default null,
    call_timestamp timestamptz default null,
    call_id uuid default null,
    test_id uuid default null,
    unit_key text default null
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
            record_call.unit_key
        ))
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
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
        created_at,
        input_tokens,
        output_tokens,
        success,
        error_type,
        id
    )
    values (
        v_config_id,
        v_called_at,
        record_call.response_time_ms,
        record_call.first_token_ms,
        nullif(now(), v_called_at),
        record_call.input_tokens,
        record_call.output_tokens,
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

comment on function perf.record_call is
    'Records one call of a model. For several use perf.record_calls(): PostgREST passes on only the first element of a JSON array. Times in milliseconds. Names and error_type are stored without the spaces around them. An error_type of none, null, nan, false, 0, {}, [] or nothing is no error. success defaults to whether there is no error_type; where it is given, it alone says whether the call failed. call_timestamp defaults to the time in a version 7 call_id, else now. A call_id makes a retry harmless: false means it was recorded before. With test_id and unit_key the call is an outcome of that unit of an A/B test while it runs: success, and of a call that succeeded response_time_ms and first_token_ms, as far as the test has these metrics. Errors: 22023 bad argument, PT404 no such test, 42501 not a recorder.';

revoke execute on function perf.record_call from public;
grant execute on function perf.record_call
    to authenticated, service_role, perf_admin, perf_recorder;
