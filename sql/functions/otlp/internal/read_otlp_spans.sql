-- One statement for all spans. Attributes are joined with the names that perf_internal.get_gen_ai_names()
-- lists, so texts of prompts and answers, which are most of a body, are not looked at. The
-- planner cannot know how many there are. It would take few, and compare each with each.
create or replace function perf_internal.read_otlp_spans(items perf_internal.otlp_item[])
returns perf_internal.otlp_call[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
set jit = off
set enable_nestloop = off
as $$
declare
    v_integer constant text := '^-?[0-9]{1,20}$';
    v_number constant text := '^[[:space:]]*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?[[:space:]]*$';
    v_spaces constant text := E' \t\n\r\x0b\x0c';
    v_problem text;
    v_names jsonb := (
        select jsonb_object_agg(n.part, n.names)
        from (
            select l.part, jsonb_agg(l.name order by l.rank) as names
            from perf_internal.get_gen_ai_names() as l
            where l.part in ('kind', 'event', 'default')
            group by l.part
        ) as n
    );
    v_calls perf_internal.otlp_call[];
begin
    select concat(i.place, ': ', p.problem)
    into v_problem
    from unnest(read_otlp_spans.items) with ordinality as i
    cross join lateral (
        -- First, because the text of an array of large numbers could fill the memory.
        select min(k.key) as key
        from unnest(
            '{startTimeUnixNano,endTimeUnixNano,traceId,spanId,parentSpanId,kind}'::text[]
        ) as k (key)
        where jsonb_typeof(i.item -> k.key) in ('array', 'object')
    ) as n
    cross join lateral (
        select case
            when n.key is not null
                then format(
                    '%s must be a text or a number, got %s',
                    n.key, perf_internal.quote_json(i.item -> n.key)
                )
            when jsonb_typeof(i.item -> 'attributes') not in ('array', 'null')
                then 'attributes must be an array, got '
                    || perf_internal.quote_json(i.item -> 'attributes')
            when jsonb_typeof(i.item -> 'events') not in ('array', 'null')
                then 'events must be an array, got '
                    || perf_internal.quote_json(i.item -> 'events')
            when jsonb_typeof(i.item -> 'status') not in ('object', 'null')
                then 'status must be an object, got '
                    || perf_internal.quote_json(i.item -> 'status')
            when (i.item ->> 'startTimeUnixNano' ~ v_integer) is false
                then 'startTimeUnixNano must be a whole number of nanoseconds, got '
                    || perf_internal.quote_json(i.item -> 'startTimeUnixNano')
            when (i.item ->> 'endTimeUnixNano' ~ v_integer) is false
                then 'endTimeUnixNano must be a whole number of nanoseconds, got '
                    || perf_internal.quote_json(i.item -> 'endTimeUnixNano')
            when (i.item ->> 'traceId' ~ '^([0-9A-Fa-f]{32})?$') is false
                then 'traceId must be 32 digits of hex, got '
                    || perf_internal.quote_json(i.item -> 'traceId')
            when (i.item ->> 'spanId' ~ '^([0-9A-Fa-f]{16})?$') is false
                then 'spanId must be 16 digits of hex, got '
                    || perf_internal.quote_json(i.item -> 'spanId')
            when (i.item ->> 'kind' ~ '^([0-9]|SPAN_KIND_[A-Z]+)$') is false
                then 'kind must be a number from 0 to 5, got '
                    || perf_internal.quote_json(i.item -> 'kind')
            when jsonb_typeof(i.item -> 'status' -> 'code') in ('array', 'object')
                or (i.item -> 'status' ->> 'code' ~ '^([0-9]|STATUS_CODE_[A-Z]+)$') is false
                then 'status.code must be 0, 1 or 2, got '
                    || perf_internal.quote_json(i.item -> 'status' -> 'code')
        end as problem
    ) as p
    where p.problem is not null
    order by i.ordinality
    limit 1;
    if v_problem is null then
        -- Only the first one is quoted, because the text of a number can be long.
        select concat(f.place, ': ', f.problem ->> 0, ', got ', perf_internal.quote_json(f.problem -> 1))
        into v_problem
        from (
            select concat(i.place, '.attributes[', a.ordinality - 1, ']') as place, p.problem
            from unnest(read_otlp_spans.items) with ordinality as i
            cross join lateral jsonb_array_elements(
                case jsonb_typeof(i.item -> 'attributes')
                    when 'array' then i.item -> 'attributes'
                end
            ) with ordinality as a
            cross join lateral (
                select case
                    when jsonb_typeof(a.value) <> 'object'
                        then jsonb_build_array('it must be an object', a.value)
                    when jsonb_typeof(a.value -> 'key') <> 'string'
                        then jsonb_build_array('key must be a string', a.value -> 'key')
                    when jsonb_typeof(a.value -> 'value') not in ('object', 'null')
                        then jsonb_build_array(
                            'value must be an object such as {"stringValue": "chat"}',
                            a.value -> 'value'
                        )
                    when jsonb_typeof(
                        coalesce(
                            a.value -> 'value' -> 'stringValue',
                            a.value -> 'value' -> 'intValue',
                            a.value -> 'value' -> 'boolValue',
                            a.value -> 'value' -> 'doubleValue'
                        )
                    ) in ('array', 'object')
                        then jsonb_build_array(
                            'value must hold a text, a number or a boolean', a.value -> 'value'
                        )
                    when jsonb_typeof(a.value -> 'value' -> 'intValue') not in ('array', 'object')
                        and (a.value -> 'value' ->> 'intValue' ~ v_integer) is false
                        then jsonb_build_array(
                            'intValue must be a whole number', a.value -> 'value' -> 'intValue'
                        )
                end as problem
            ) as p
            where p.problem is not null
            order by i.ordinality, a.ordinality
            limit 1
        ) as f;
    end if;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = case
                when v_problem ~ ': (trace|span)Id must'
                then 'OTLP/JSON has ids in hex. The JSON that protobuf libraries write has them in base64. '
                else ''
            end || 'Nothing of this body was recorded.';
    end if;
    with spans as materialized (
        select
            i.ordinality as number,
            i.place,
            i.item,
            lower(coalesce(i.item ->> 'traceId', '')) as trace_id,
            lower(coalesce(i.item ->> 'spanId', '')) as span_id,
            lower(coalesce(i.item ->> 'parentSpanId', '')) as parent_id,
            coalesce((i.item ->> 'startTimeUnixNano')::numeric, 0) as start_ns,
            coalesce((i.item ->> 'endTimeUnixNano')::numeric, 0) as end_ns,
            coalesce(i.item -> 'status' ->> 'code', '0') in ('2', 'STATUS_CODE_ERROR') as is_error
        from unnest(read_otlp_spans.items) with ordinality as i
        where v_names -> 'kind' ? case coalesce(i.item ->> 'kind', '0')
            when 'SPAN_KIND_UNSPECIFIED' then '0'
            when 'SPAN_KIND_INTERNAL' then '1'
            when 'SPAN_KIND_SERVER' then '2'
            when 'SPAN_KIND_CLIENT' then '3'
            when 'SPAN_KIND_PRODUCER' then '4'
            when 'SPAN_KIND_CONSUMER' then '5'
            else coalesce(i.item ->> 'kind', '0')
        end
    ),
    names as materialized (
        select
            l.part,
            l.field,
            l.rank as position,
            split_part(l.name, '#', 1) as name,
            nullif(split_part(l.name, '#', 2), '') as key,
            l.detail
        from perf_internal.get_gen_ai_names() as l
        where l.part in ('marker', 'text', 'count', 'amount', 'first_token', 'parameter')
    ),
    -- The texts that hold JSON objects come once, however many keys of them have a name.
    wanted as (
        select n.part, n.field, n.position, n.name, n.detail from names as n where n.key is null
        union all
        select distinct 'object', null, null::integer, n.name, null::jsonb
        from names as n
        where n.key is not null
    ),
    given as (
        select
            s.number,
            n.part,
            n.field,
            n.position,
            n.name,
            n.detail,
            case
                when a.value -> 'value' ? 'stringValue' then a.value -> 'value' -> 'stringValue'
                when a.value -> 'value' ? 'intValue'
                    then to_jsonb((a.value -> 'value' ->> 'intValue')::numeric)
                when a.value -> 'value' ? 'boolValue' then a.value -> 'value' -> 'boolValue'
                when jsonb_typeof(a.value -> 'value' -> 'doubleValue') = 'number'
                    or a.value -> 'value' ->> 'doubleValue' ~ v_number
                    then to_jsonb((a.value -> 'value' ->> 'doubleValue')::numeric)
            end as value
        from spans as s
        cross join lateral jsonb_array_elements(
            case jsonb_typeof(s.item -> 'attributes') when 'array' then s.item -> 'attributes' end
        ) as a
        join wanted as n on n.name = a.value ->> 'key'
    ),
    with_keys as (
        select g.number, g.part, g.field, g.position, g.detail, g.value
        from given as g
        where g.part <> 'object'
        union all
        select o.number, n.part, n.field, n.position, n.detail, o.object -> n.key
        from (
            select g.number, g.name, p.object
            from given as g
            cross join lateral (
                select perf_internal.get_json_object(
                    case jsonb_typeof(g.value) when 'string' then g.value #>> '{}' end
                ) as object
                offset 0
            ) as p
            where g.part = 'object'
                and p.object is not null
        ) as o
        join names as n on n.name = o.name and n.key is not null and o.object ? n.key
    ),
    typed as (
        select
            g.number,
            g.part,
            g.field,
            g.position,
            g.detail,
            case jsonb_typeof(g.value)
                when 'string' then nullif(btrim(g.value #>> '{}', v_spaces), '')
            end as text,
            case
                when jsonb_typeof(g.value) = 'number' then g.value::numeric
                when jsonb_typeof(g.value) = 'string'
                    and length(g.value #>> '{}') <= 400
                    and g.value #>> '{}' ~ v_number
                    then btrim(g.value #>> '{}', v_spaces)::numeric
            end as number_value,
            lower(g.value #>> '{}') = 'true' as is_true
        from with_keys as g
    ),
    usable as (
        select distinct on (t.number, t.field)
            t.number, t.part, t.field, t.detail, t.text, t.number_value
        from typed as t
        where t.part <> 'marker'
            and case
                when t.part = 'parameter' then case t.detail #>> '{}'
                    when 'number' then abs(t.number_value) < 1e308
                    when 'text' then t.text is not null
                    else t.is_true
                end
                when t.part = 'text' then t.text is not null
                when t.part = 'first_token' then t.number_value between 0 and 1e308
                else abs(t.number_value) < 1e308
            end
        order by t.number, t.field, t.position
    ),
    fields as (
        select
            u.number,
            max(u.text) filter (where u.field = 'model_name') as model_name,
            max(u.text) filter (where u.field = 'provider') as provider,
            max(u.text) filter (where u.field = 'error_type') as error_type,
            max(u.number_value) filter (where u.field = 'input_tokens') as input_tokens,
            max(u.number_value) filter (where u.field = 'output_tokens') as output_tokens,
            max(u.number_value) filter (where u.field = 'cached_input_tokens') as cached,
            max(u.number_value) filter (where u.field = 'cache_write_tokens') as cache_write,
            max(u.number_value) filter (where u.field = 'reasoning_tokens') as reasoning,
            max(u.number_value) filter (where u.field = 'cost') as cost,
            max(u.number_value * (u.detail #>> '{}')::numeric)
                filter (where u.field = 'first_token_ms') as first_token_ms,
            jsonb_object_agg(
                u.field,
                case u.detail #>> '{}'
                    when 'number' then to_jsonb(u.number_value)
                    when 'text' then to_jsonb(u.text)
                    else 'true'
                end
            ) filter (where u.part = 'parameter') as parameters,
            min(
                case
                    when u.part = 'count'
                        and (
                            u.number_value not between 0 and 2147483647
                            or u.number_value <> trunc(u.number_value)
                        )
                        then format(
                            '%s must be a whole number from 0 to 2147483647, got %s',
                            u.field, left(u.number_value::text, 60)
                        )
                    when u.part = 'amount' and u.number_value not between 0 and 1e9
                        then format(
                            '%s must be between 0 and 1e9, got %s',
                            u.field, left(u.number_value::text, 60)
                        )
                end
            ) as problem
        from usable as u
        group by u.number
        having bool_or(u.field = 'model_name')
    ),
    markers as (
        select
            m.number,
            bool_and(m.tool_name is not null) as is_call,
            (array_agg(m.tool_name order by m.position))[1] as tool_name
        from (
            select t.number, t.position, t.detail ->> lower(t.text) as tool_name
            from typed as t
            where t.part = 'marker'
                and t.text is not null
        ) as m
        group by m.number
    ),
    calls as materialized (
        select
            s.number,
            s.place,
            s.trace_id,
            s.span_id,
            s.parent_id,
            s.start_ns,
            s.end_ns,
            f.model_name,
            coalesce(m.tool_name, v_names -> 'default' ->> 0) as tool_name,
            lower(f.provider) as provider,
            coalesce(
                f.error_type,
                case
                    when s.is_error then coalesce(
                        (
                            select nullif(btrim(t.type, v_spaces), '')
                            from (
                                select (
                                    select case
                                        when jsonb_typeof(a.value -> 'value' -> 'stringValue') = 'string'
                                        then a.value -> 'value' ->> 'stringValue'
                                    end
                                    from jsonb_array_elements(
                                        case jsonb_typeof(e.value -> 'attributes')
                                            when 'array' then e.value -> 'attributes'
                                        end
                                    ) as a
                                    where a.value -> 'key' = '"exception.type"'
                                    limit 1
                                ) as type
                                from jsonb_array_elements(
                                    case jsonb_typeof(s.item -> 'events')
                                        when 'array' then s.item -> 'events'
                                    end
                                ) with ordinality as e
                                where e.value -> 'name' = '"exception"'
                                order by e.ordinality desc
                                limit 1
                            ) as t
                        ),
                        'error'
                    )
                end
            ) as error_type,
            f.input_tokens + case
                when coalesce(f.cached, 0) + coalesce(f.cache_write, 0) > f.input_tokens
                then coalesce(f.cached, 0) + coalesce(f.cache_write, 0)
                else 0
            end as input_tokens,
            f.output_tokens + case when f.reasoning > f.output_tokens then f.reasoning else 0 end
                as output_tokens,
            f.cached,
            f.cache_write,
            f.reasoning,
            f.cost,
            coalesce(
                f.first_token_ms,
                (
                    select case when min(t.time) >= s.start_ns then (min(t.time) - s.start_ns) / 1e6 end
                    from (
                        select case
                            when jsonb_typeof(e.value -> 'timeUnixNano') in ('string', 'number')
                                and e.value ->> 'timeUnixNano' ~ v_integer
                            then (e.value ->> 'timeUnixNano')::numeric
                            else 0
                        end as time
                        from jsonb_array_elements(
                            case jsonb_typeof(s.item -> 'events')
                                when 'array' then s.item -> 'events'
                            end
                        ) as e
                        where jsonb_typeof(e.value -> 'name') = 'string'
                            and v_names -> 'event' ? (e.value ->> 'name')
                    ) as t
                )
            ) as first_token_ms,
            f.parameters,
            case
                when s.trace_id ~ '^0*$' or s.span_id ~ '^0*$'
                    then 'traceId and spanId must be given'
                when s.start_ns <= 0
                    then 'startTimeUnixNano must be after 1970, got ' || s.start_ns
                when s.end_ns < s.start_ns
                    then format(
                        'endTimeUnixNano must not be before startTimeUnixNano, got %s and %s',
                        s.end_ns, s.start_ns
                    )
                when s.start_ns > 9e18
                    then 'startTimeUnixNano must be before tomorrow, got ' || s.start_ns
                else f.problem
            end as problem
        from spans as s
        join fields as f on f.number = s.number
        left join markers as m on m.number = s.number
        where m.is_call is not false
    )
    select array_agg(
        row(
            c.place,
            c.problem,
            case
                when c.problem is null
                then jsonb_strip_nulls(
                    jsonb_build_object(
                        'model_name', c.model_name,
                        'tool_name', c.tool_name,
                        'response_time_ms', (c.end_ns - c.start_ns) / 1e6,
                        'success', c.error_type is null,
                        'provider', c.provider,
                        'parameters', c.parameters,
                        'input_tokens', trim_scale(c.input_tokens),
                        'output_tokens', trim_scale(c.output_tokens),
                        'error_type', btrim(left(c.error_type, 200)),
                        'first_token_ms', c.first_token_ms,
                        'call_timestamp',
                        timestamptz 'epoch'
                            + div(c.start_ns, 1000)::float8 * interval '1 microsecond',
                        -- As perf.get_call_id() of this text.
                        'call_id',
                        perf_internal.get_text_id('call', c.trace_id || '/' || c.span_id)
                    ) || jsonb_build_object(
                        'cached_input_tokens', trim_scale(c.cached),
                        'cache_write_tokens', trim_scale(c.cache_write),
                        'reasoning_tokens', trim_scale(c.reasoning),
                        'cost', c.cost
                    )
                )
            end
        )::perf_internal.otlp_call
        order by c.number
    )
    into v_calls
    from calls as c
    where not exists (
        select
        from calls as p
        where p.trace_id = c.trace_id
            and p.parent_id = c.span_id
            and p.parent_id <> ''
    );
    return coalesce(v_calls, '{}');
end
$$;

comment on function perf_internal.read_otlp_spans is
    'The spans that are calls of a model, each with the arguments of perf.record_call(), or with what is wrong with it. A call that is the parent of another one in the body is the same call and left out. Error 22023: a span that is not as OTLP/JSON has it, named by its place.';

revoke execute on function perf_internal.read_otlp_spans from public;
