-- How the database reads the arguments of a call, or what is wrong with them.
select
    perf_internal.get_call_problem(c),
    btrim(c.model_name),
    btrim(c.tool_name),
    c.response_time_ms::text,
    c.success::text,
    btrim(c.provider),
    c.parameters::text,
    c.input_tokens::text,
    c.output_tokens::text,
    perf_internal.get_error_type(c.error_type),
    c.first_token_ms::text,
    coalesce(c.call_timestamp, perf_internal.get_uuid_time(c.call_id))::text,
    c.call_id::text,
    c.cached_input_tokens::text,
    c.cache_write_tokens::text,
    c.reasoning_tokens::text,
    c.cost::text
from (
    select (
        row(
            %s::text, %s::text, %s::text::double precision, %s::text::boolean, %s::text,
            coalesce(%s::text::jsonb, '{}'), %s::text::integer, %s::text::integer, %s::text,
            %s::text::double precision, %s::text::timestamptz, %s::text::uuid,
            null, null, %s::text::integer, %s::text::integer, %s::text::integer,
            %s::text::double precision
        )::perf_internal.call
    ).*
) as c
