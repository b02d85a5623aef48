-- security definer: a recorder may read no table. It returns rows of the caller only.
create or replace function perf_internal.get_own_calls(
    start_time timestamptz,
    end_time timestamptz,
    max_rows integer
)
returns table (
    call_timestamp timestamptz,
    model_name text,
    tool_name text,
    parameters jsonb,
    response_time_ms double precision,
    first_token_ms double precision,
    success boolean,
    error_type text,
    input_tokens integer,
    output_tokens integer,
    call_id uuid,
    provider text,
    cached_input_tokens integer,
    cache_write_tokens integer,
    reasoning_tokens integer,
    cost double precision
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_login text := perf_internal.get_caller();
    v_user_id uuid := perf_internal.get_token_user();
    v_problem text := case
        when get_own_calls.start_time is null or get_own_calls.end_time is null
            then 'start_time and end_time must not be null'
        when get_own_calls.start_time >= get_own_calls.end_time
            then format(
                'start_time must be before end_time, got %s and %s',
                get_own_calls.start_time,
                get_own_calls.end_time
            )
        when get_own_calls.max_rows is null or get_own_calls.max_rows not between 1 and 1000
            then 'max_rows must be between 1 and 1000, got '
                || coalesce(get_own_calls.max_rows::text, 'null')
    end;
begin
    perform perf_internal.require_role('recorder');
    if not (select s.are_own_calls_readable from perf.access_settings as s) then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'recorders may not read their calls back',
            hint = 'An admin allows it with perf.set_own_calls_readable(true).';
    elsif v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    return query
    select
        c.call_timestamp,
        m.name,
        t.name,
        g.parameters,
        c.response_time_ms,
        c.first_token_ms,
        c.success,
        c.error_type,
        c.input_tokens,
        c.output_tokens,
        c.id,
        coalesce(g.provider, m.provider),
        c.cached_input_tokens,
        c.cache_write_tokens,
        c.reasoning_tokens,
        c.cost
    from perf.performance_metrics_raw as c
    join perf.model_tool_configs as g on g.id = c.model_tool_config_id
    join perf.models as m on m.id = g.model_id
    join perf.tools as t on t.id = g.tool_id
    where c.recorder_id = (
            select r.id
            from perf.recorders as r
            where r.user_id = v_user_id
                or (v_user_id is null and r.login = v_login)
        )
        and c.call_timestamp >= get_own_calls.start_time
        and c.call_timestamp < get_own_calls.end_time
    order by c.call_timestamp desc, c.id, m.name, t.name
    limit get_own_calls.max_rows;
end
$$;

comment on function perf_internal.get_own_calls is 'Does the work of perf.get_own_calls().';

revoke execute on function perf_internal.get_own_calls from public;
grant execute on function perf_internal.get_own_calls
    to authenticated, service_role, perf_admin, perf_recorder;
